package io.concordance.kit.outbox;

import io.concordance.kit.outbox.PostgresOutbox.Row;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import io.smallrye.reactive.messaging.kafka.KafkaProducer;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;
import org.jboss.logging.Logger;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Publishes the outbox, batch after batch, while the service runs. One relay at a time works for a schema; the others
 * stand by.
 *
 * <p>Why order holds: before a batch is sent, the producer must know every topic in it, and a record that the producer
 * has taken never times out ({@code delivery.timeout.ms}), so no record can fail in passing while a later one of the
 * same key gets through. The idempotent producer keeps the order of a partition from there on. When Kafka is away the
 * batch waits; when this process dies the transaction ends and the next relay sends the batch again.
 */
@ApplicationScoped
class OutboxRelay {
    static final String CHANNEL = "outbox";

    private static final Logger LOG = Logger.getLogger(OutboxRelay.class);
    private static final int BATCH_ROWS = 256;
    /** Half of the producer's default buffer, so that taking a record never waits for space. */
    private static final long BATCH_BYTES = 16L << 20;

    private static final long POLL_MILLIS = 100;
    private static final long MAX_BACKOFF_MILLIS = 5_000;
    private static final Duration TOPIC_PATIENCE = Duration.ofSeconds(10);

    private final Jdbi jdbi;
    private final Outbox outbox;
    private final Emitter<ProducerRecord<String, byte[]>> emitter;
    private final KafkaClientService clients;
    private volatile @Nullable Thread thread;
    private volatile boolean stopping;

    OutboxRelay(
            Jdbi jdbi,
            Outbox outbox,
            @Channel(CHANNEL) @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER)
                    Emitter<ProducerRecord<String, byte[]>> emitter,
            KafkaClientService clients) {
        this.jdbi = jdbi;
        this.outbox = outbox;
        this.emitter = emitter;
        this.clients = clients;
    }

    void start(@Observes @Priority(Integer.MAX_VALUE) StartupEvent event) {
        thread = Thread.ofPlatform().daemon().name("outbox-relay").start(this::run);
    }

    /** Runs before the channels close. */
    void stop(@Observes @Priority(1) ShutdownEvent event) throws InterruptedException {
        stopping = true;
        Thread running = thread;
        if (running != null) {
            running.interrupt();
            running.join(Duration.ofSeconds(5));
        }
    }

    private void run() {
        long backoff = POLL_MILLIS;
        while (!stopping) {
            try {
                int published = jdbi.inTransaction(this::publishOldest);
                backoff = POLL_MILLIS;
                if (published < BATCH_ROWS) {
                    outbox.awaitWork(POLL_MILLIS);
                }
            } catch (InterruptedException e) {
                return;
            } catch (Exception e) {
                if (stopping) {
                    return;
                }
                LOG.warnf("The outbox could not be published and will be tried again in %d ms: %s", backoff, e);
                if (!sleep(backoff)) {
                    return;
                }
                backoff = Math.min(backoff * 2, MAX_BACKOFF_MILLIS);
            }
        }
    }

    private static boolean sleep(long millis) {
        try {
            Thread.sleep(millis);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    /** Sends the oldest rows together, waits for all acknowledgements, and deletes what was acknowledged. */
    private int publishOldest(Handle handle) throws InterruptedException {
        if (!PostgresOutbox.tryLock(handle)) {
            return 0;
        }
        List<Row> rows = withinBytes(PostgresOutbox.oldest(handle, BATCH_ROWS));
        if (rows.isEmpty()) {
            return 0;
        }
        awaitTopics(rows);
        List<CompletableFuture<Void>> acknowledged =
                rows.stream().map(this::send).toList();
        List<Long> done = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            if (await(rows.get(i), acknowledged.get(i))) {
                done.add(rows.get(i).id());
            }
        }
        PostgresOutbox.delete(handle, done);
        if (done.size() < rows.size()) {
            LOG.errorf(
                    "Kafka refused %d of %d events; they stay in the outbox", rows.size() - done.size(), rows.size());
            return 0;
        }
        return rows.size();
    }

    private static List<Row> withinBytes(List<Row> rows) {
        long bytes = 0;
        for (int i = 0; i < rows.size(); i++) {
            bytes += rows.get(i).data().length;
            if (i > 0 && bytes > BATCH_BYTES) {
                return rows.subList(0, i);
            }
        }
        return rows;
    }

    private void awaitTopics(List<Row> rows) {
        KafkaProducer<String, byte[]> producer = clients.getProducer(CHANNEL);
        Set<String> topics = new TreeSet<>();
        rows.forEach(row -> topics.add(row.topic()));
        for (String topic : topics) {
            producer.partitionsFor(topic).await().atMost(TOPIC_PATIENCE);
        }
    }

    private CompletableFuture<Void> send(Row row) {
        CompletableFuture<Void> acknowledged = new CompletableFuture<>();
        emitter.send(Message.of(
                row.toRecord(),
                () -> {
                    acknowledged.complete(null);
                    return CompletableFuture.completedFuture(null);
                },
                failure -> {
                    acknowledged.completeExceptionally(failure);
                    return CompletableFuture.completedFuture(null);
                }));
        return acknowledged;
    }

    private static boolean await(Row row, CompletableFuture<Void> acknowledged) throws InterruptedException {
        try {
            acknowledged.get();
            return true;
        } catch (java.util.concurrent.ExecutionException | CompletionException e) {
            LOG.errorf("Kafka refused %s %s for %s: %s", row.type(), row.eventId(), row.topic(), e.getCause());
            return false;
        }
    }
}

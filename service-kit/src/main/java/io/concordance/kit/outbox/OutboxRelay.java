package io.concordance.kit.outbox;

import io.concordance.kit.loop.Loop;
import io.concordance.kit.loop.Loops;
import io.concordance.kit.outbox.PostgresOutbox.Row;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import io.smallrye.reactive.messaging.kafka.KafkaProducer;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
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
 * <p>Why order holds: records are handed over one after the other on the producer's one sending thread, and neither the
 * handing over ({@code max.block.ms}) nor the delivery ({@code delivery.timeout.ms}) ever times out, so no record can
 * fail in passing while a later one of the same key gets through; the idempotent producer keeps the order of a
 * partition. When Kafka is away the batch waits; when this process dies the transaction ends and the next relay sends
 * the batch again.
 */
@ApplicationScoped
class OutboxRelay {
    static final String CHANNEL = "outbox";

    private static final Logger LOG = Logger.getLogger(OutboxRelay.class);
    private static final int BATCH_ROWS = 256;
    /** Well below the producer's buffer of 32 MiB. */
    private static final long BATCH_CHARS = 8L << 20;

    private static final long POLL_MILLIS = 100;
    private static final long MAX_BACKOFF_MILLIS = 5_000;
    private static final Duration TOPIC_PATIENCE = Duration.ofSeconds(10);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);
    /** Of one batch. An outage that begins in its middle and lasts longer costs one start of the process. */
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final Loops loops;
    private final Jdbi jdbi;
    private final Outbox outbox;
    private final Emitter<ProducerRecord<String, byte[]>> emitter;
    private final KafkaClientService clients;
    private final Counter acknowledged;
    /** When the oldest event that is known to wait was made; null while none is. */
    private volatile @Nullable Instant oldest;

    private volatile @Nullable Loop loop;
    private volatile boolean stopping;

    OutboxRelay(
            Loops loops,
            Jdbi jdbi,
            Outbox outbox,
            @Channel(CHANNEL) @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER)
                    Emitter<ProducerRecord<String, byte[]>> emitter,
            KafkaClientService clients,
            MeterRegistry meters) {
        this.loops = loops;
        this.jdbi = jdbi;
        this.outbox = outbox;
        this.emitter = emitter;
        this.clients = clients;
        this.acknowledged = meters.counter("concordance.outbox.published");
        TimeGauge.builder("concordance.outbox.oldest", this, TimeUnit.SECONDS, OutboxRelay::oldestSeconds)
                .description("Age of the oldest event that waits for Kafka")
                .register(meters);
    }

    void start(@Observes @Priority(Integer.MAX_VALUE) StartupEvent event) {
        loop = loops.forever("outbox-relay", LIMIT, this::run);
    }

    /** Runs before the channels close. */
    void stop(@Observes @Priority(2) ShutdownEvent event) throws InterruptedException {
        stopping = true;
        Loop running = loop;
        if (running != null) {
            running.stop(STOP_PATIENCE);
        }
    }

    private @Nullable Void run() throws InterruptedException {
        long backoff = POLL_MILLIS;
        while (!stopping) {
            Loop.cameRound();
            try {
                int published = jdbi.inTransaction(this::publishOldest);
                backoff = POLL_MILLIS;
                if (published < BATCH_ROWS) {
                    outbox.awaitWork(POLL_MILLIS);
                }
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                if (stopping) {
                    break;
                }
                LOG.warnf("The outbox could not be published and will be tried again in %d ms: %s", backoff, e);
                Thread.sleep(backoff);
                backoff = Math.min(backoff * 2, MAX_BACKOFF_MILLIS);
            }
        }
        return null;
    }

    /** Sends the oldest rows together, waits for all acknowledgements, and deletes what was acknowledged. */
    private int publishOldest(Handle handle) throws InterruptedException {
        if (!PostgresOutbox.tryLock(handle)) {
            oldest = null;
            return 0;
        }
        List<Row> rows = within(PostgresOutbox.oldest(handle, BATCH_ROWS));
        oldest = rows.isEmpty() ? null : rows.getFirst().time();
        if (rows.isEmpty()) {
            return 0;
        }
        awaitTopics(rows);
        List<CompletableFuture<Void>> sent = rows.stream().map(this::send).toList();
        List<Long> done = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            if (await(rows.get(i), sent.get(i))) {
                done.add(rows.get(i).id());
            }
        }
        PostgresOutbox.delete(handle, done);
        acknowledged.increment(done.size());
        if (done.size() < rows.size()) {
            LOG.errorf(
                    "Kafka refused %d of %d events; they stay in the outbox", rows.size() - done.size(), rows.size());
            return 0;
        }
        return rows.size();
    }

    private double oldestSeconds() {
        Instant waiting = oldest;
        return waiting == null ? 0 : Duration.between(waiting, Instant.now()).toMillis() / 1e3;
    }

    private static List<Row> within(List<Row> rows) {
        long chars = 0;
        for (int i = 0; i < rows.size(); i++) {
            chars += rows.get(i).data().length();
            if (i > 0 && chars > BATCH_CHARS) {
                return rows.subList(0, i);
            }
        }
        return rows;
    }

    /** So that an outage at the beginning of a batch is reported, and holds no transaction. */
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
        } catch (ExecutionException e) {
            LOG.errorf("Kafka refused %s %s for %s: %s", row.type(), row.eventId(), row.topic(), e.getCause());
            return false;
        }
    }
}

package io.concordance.registry.webhook;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.concordance.contracts.event.Event;
import io.concordance.contracts.json.Json;
import io.concordance.kit.loop.Loop;
import io.concordance.kit.loop.Loops;
import io.concordance.registry.sql.Transactions;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Posts events as structured CloudEvents, oldest first, each until it was taken: at least once, with the id that it has on
 * Kafka. Waits twice as long after every failure, and gives an event up after a day.
 */
@ApplicationScoped
class WebhookSender implements Webhook {
    private static final Logger LOG = Logger.getLogger(WebhookSender.class);
    private static final Duration LOOK = Duration.ofSeconds(1);
    /** Of one delivery. */
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private static final int MOST_DOUBLINGS = 30;

    private final Deliveries deliveries;
    private final Transactions transactions;
    private final WebhookSettings settings;
    private final Clock clock;
    private final @Nullable WebhookPost post;
    private final Semaphore awake = new Semaphore(0);
    private volatile boolean stopped;
    private @Nullable Loop loop;

    WebhookSender(Deliveries deliveries, Transactions transactions, WebhookSettings settings, Clock clock) {
        this.deliveries = deliveries;
        this.transactions = transactions;
        this.settings = settings;
        this.clock = clock;
        this.post = settings.url()
                .map(url -> new WebhookPost(
                        url,
                        settings.secret().orElse(""),
                        settings.allowedHosts().orElse(List.of()),
                        clock))
                .orElse(null);
    }

    void start(@Observes StartupEvent event, Loops loops) {
        if (post != null) {
            loop = loops.forever("webhook", LIMIT, this::run);
        }
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        stopped = true;
        awake.release();
        if (post != null) {
            post.close();
        }
        if (loop != null) {
            loop.await(LOOK);
        }
    }

    @Override
    public void add(Event<?> event) {
        if (post != null) {
            deliveries.add(new String(structured(event), StandardCharsets.UTF_8), now());
            awake.release();
        }
    }

    /** JSON of an event in the structured form of CloudEvents 1.0. */
    static byte[] structured(Event<?> event) {
        ObjectNode json = Json.mapper().createObjectNode();
        json.put("specversion", "1.0");
        json.put("id", event.id());
        json.put("source", event.source());
        json.put("type", event.type());
        json.put("subject", event.key());
        json.put("time", event.time().toString());
        json.put("datacontenttype", "application/json");
        json.set("data", Json.mapper().valueToTree(event.data()));
        return Json.bytes(json);
    }

    private @Nullable Void run() throws InterruptedException {
        while (!stopped) {
            Loop.cameRound();
            try {
                while (!stopped && transactions.inTransaction(this::sendOne)) {
                    Loop.cameRound();
                }
                if (awake.tryAcquire(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                    awake.drainPermits();
                }
            } catch (RuntimeException e) {
                LOG.warnf("Webhook deliveries wait: %s", e);
                Thread.sleep(LOOK);
            }
        }
        return null;
    }

    /** Whether there was one to send. */
    boolean sendOne() {
        WebhookPost to = post;
        Deliveries.Delivery next = deliveries.lockDue(now()).orElse(null);
        if (to == null || next == null) {
            return false;
        }
        try {
            to.post(next.event().getBytes(StandardCharsets.UTF_8));
            deliveries.taken(next.id());
        } catch (IOException e) {
            Instant now = now();
            if (now.isAfter(next.addedAt().plus(settings.patience()))) {
                LOG.errorf("The webhook never took event %d, which is given up: %s", next.id(), e.getMessage());
                deliveries.giveUp(next.id(), String.valueOf(e.getMessage()));
            } else {
                LOG.warnf("The webhook did not take event %d: %s", next.id(), e.getMessage());
                deliveries.again(next.id(), String.valueOf(e.getMessage()), now.plus(wait(next.attempts())));
            }
        }
        return true;
    }

    private Duration wait(int attempts) {
        Duration wait = settings.firstWait().multipliedBy(1L << Math.min(attempts, MOST_DOUBLINGS));
        return wait.compareTo(settings.longestWait()) > 0 ? settings.longestWait() : wait;
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}

package io.concordance.kit.loop;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The loops of this process. */
@ApplicationScoped
public class Loops {
    private static final Logger LOG = Logger.getLogger(Loops.class);

    private final Set<Loop> loops = ConcurrentHashMap.newKeySet();
    private final MeterRegistry meters;
    private final double stretch;
    private final Duration drain;
    private final LongSupplier nanoTime;
    private final Phaser turns = new Phaser(1);
    private volatile boolean stopping;

    /**
     * @param stretch what every limit is multiplied by; 0 for no limits
     * @param drain how long a service that goes down waits for what it has in work
     */
    @Inject
    Loops(
            MeterRegistry meters,
            @ConfigProperty(name = "concordance.liveness.stretch", defaultValue = "1") double stretch,
            @ConfigProperty(name = "concordance.shutdown.drain", defaultValue = "0s") Duration drain) {
        this(meters, stretch, drain, System::nanoTime);
    }

    Loops(MeterRegistry meters, double stretch, Duration drain, LongSupplier nanoTime) {
        if (!(stretch >= 0 && stretch <= 1e6)) {
            throw new IllegalArgumentException(
                    "concordance.liveness.stretch: given " + stretch + ", allowed from 0 to 1000000");
        }
        this.meters = meters;
        this.stretch = stretch;
        this.drain = drain;
        this.nanoTime = nanoTime;
    }

    /** Loops that nobody asks about, for a program that is no service. */
    public static Loops unwatched() {
        return new Loops(new SimpleMeterRegistry(), 0, Duration.ZERO, System::nanoTime);
    }

    /**
     * Starts a loop that ends only with the service.
     *
     * @param name of the thread, in health and in metrics
     * @param limit longest time between two calls of {@link Loop#cameRound()} on its thread
     */
    public Loop forever(String name, Duration limit, Loop.Body<?> body) {
        Loop loop = add(name, limit);
        Gauge.builder("concordance.loop.idle", loop, Loop::secondsSinceRound)
                .description("Time since a loop last came round")
                .baseUnit("seconds")
                .tag("loop", name)
                .register(meters);
        loop.start(body, true, () -> forget(loop));
        return loop;
    }

    /** Starts a loop that may come to its end, after which it is forgotten. */
    public Loop once(String name, Duration limit, Loop.Body<?> body) {
        Loop loop = add(name, limit);
        loop.start(body, false, () -> forget(loop));
        return loop;
    }

    /**
     * Does on this thread, which is not ours, what should take no longer than {@code limit} without coming round. A
     * service that goes down waits for turns that have begun, as long as it may, and begins no other.
     *
     * @throws IllegalStateException when the service goes down
     */
    public <T extends @Nullable Object> T turn(String name, Duration limit, Loop.Body<T> body) throws Exception {
        turns.register();
        if (stopping) {
            turns.arriveAndDeregister();
            throw new IllegalStateException(name + " is left for the next start: the service goes down");
        }
        Loop loop = add(name, limit);
        try {
            return loop.run(body);
        } catch (Error e) {
            loop.fail(e);
            throw e;
        } finally {
            loop.ended();
            forget(loop);
            turns.arriveAndDeregister();
        }
    }

    /**
     * Has liveness know when {@code work}, run by some thread, ends with an {@link Error}. Exceptions are its own to
     * handle; it may take as long as it needs.
     */
    public Runnable guarding(String name, Runnable work) {
        return () -> {
            try {
                work.run();
            } catch (Error e) {
                add(name, Duration.ZERO).fail(e);
                throw e;
            }
        };
    }

    /** What is wrong with which loop, by name; loops that are well are not in it. */
    Map<String, String> problems() {
        Map<String, String> problems = new TreeMap<>();
        for (Loop loop : loops) {
            loop.problem().ifPresent(problem -> problems.put(loop.name(), problem));
        }
        return problems;
    }

    /** How long a loop may take to come to a good end when the service goes down. */
    public Duration drain() {
        return drain;
    }

    /** Before the outbox relay stops and the channels close, so that what ends now is published and committed. */
    void stop(@Observes @Priority(1) ShutdownEvent event) throws InterruptedException {
        stopping = true;
        loops.forEach(Loop::stopping);
        try {
            turns.awaitAdvanceInterruptibly(turns.arrive(), drain.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.infof("Work in hand did not end within %s and is left for the next start", drain);
        }
    }

    private Loop add(String name, Duration limit) {
        Loop loop = new Loop(name, Duration.ofNanos((long) (limit.toNanos() * stretch)), nanoTime);
        if (stopping) {
            loop.stopping();
        }
        loops.add(loop);
        return loop;
    }

    private void forget(Loop loop) {
        if (loop.isOver()) {
            loops.remove(loop);
        }
    }
}

package io.concordance.kit.sse;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Follows a value that changes until it reaches its end. */
public final class Progress {
    private static final Duration POLL = Duration.ofMillis(250);
    private static final int POLLS_A_HEARTBEAT = 60;

    private Progress() {}

    /**
     * The value whenever it changed, as events {@code progress} with JSON data and ids 1, 2, ...; every 15 s without a
     * change a comment, so that proxies keep the connection; complete after the value for which {@code ended} holds.
     * Every event carries the whole value, so a client that reconnects has missed nothing it needs.
     *
     * @param read the value now; called every 250 ms on a worker thread, must not return null
     */
    public static <T> Multi<OutboundSseEvent> stream(Sse sse, Supplier<T> read, Predicate<T> ended) {
        return Multi.createFrom().deferred(() -> {
            Follower<T> follower = new Follower<>(sse, ended);
            return Multi.createFrom()
                    .ticks()
                    .every(POLL)
                    .onOverflow()
                    .drop()
                    .onItem()
                    .transformToUniAndConcatenate(tick ->
                            Uni.createFrom().item(read).runSubscriptionOn(Infrastructure.getDefaultWorkerPool()))
                    .onItem()
                    .transformToIterable(follower::observe)
                    .select()
                    .first(step -> !step.end())
                    .map(Step::event);
        });
    }

    /** Something to send, or the mark after the last one. */
    private record Step(OutboundSseEvent event, boolean end) {}

    private static final class Follower<T> {
        private final Sse sse;
        private final Predicate<T> ended;
        private @Nullable T last;
        private long sequence;
        private int quiet;

        Follower(Sse sse, Predicate<T> ended) {
            this.sse = sse;
            this.ended = ended;
        }

        List<Step> observe(T value) {
            List<Step> steps = new ArrayList<>(2);
            if (!value.equals(last)) {
                last = value;
                quiet = 0;
                steps.add(new Step(progress(value), false));
            } else if (++quiet == POLLS_A_HEARTBEAT) {
                quiet = 0;
                steps.add(new Step(heartbeat(), false));
            }
            if (ended.test(value)) {
                steps.add(new Step(heartbeat(), true));
            }
            return steps;
        }

        private OutboundSseEvent progress(T value) {
            return sse.newEventBuilder()
                    .name("progress")
                    .id(Long.toString(++sequence))
                    .mediaType(MediaType.APPLICATION_JSON_TYPE)
                    .data(value)
                    .build();
        }

        private OutboundSseEvent heartbeat() {
            return sse.newEventBuilder().comment("").build();
        }
    }
}

package io.concordance.kit.app;

import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.SliceQueued;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.event.Events;
import io.concordance.kit.inbox.UntilHandled;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.reactive.messaging.Incoming;

@ApplicationScoped
class SliceEvents {
    /** How many more calls are to fail before the database is "back". */
    static final AtomicInteger FAILURES = new AtomicInteger();

    /** Jobs whose slices are refused for now. */
    static final Set<String> REFUSED = ConcurrentHashMap.newKeySet();

    static final List<ConsumerRecord<String, byte[]>> DELIVERED = new CopyOnWriteArrayList<>();

    private final PostgresNotes notes;

    SliceEvents(PostgresNotes notes) {
        this.notes = notes;
    }

    @Incoming("slices")
    @Blocking
    @UntilHandled
    void on(ConsumerRecord<String, byte[]> message) {
        DELIVERED.add(message);
        Event<SliceQueued> event = Events.parse(message, SliceQueued.class);
        if (FAILURES.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
            throw new IllegalStateException("not now");
        }
        if (REFUSED.contains(event.data().jobId())) {
            throw new FieldProblem("jobId", event.data().jobId(), "a job that is known");
        }
        notes.slice(event);
    }
}

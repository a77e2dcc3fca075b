package io.concordance.capture.slice;

import io.concordance.contracts.event.SliceQueued;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.event.Events;
import io.concordance.kit.inbox.UntilHandled;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Takes slices off the work topic, one at a time for each worker; acknowledged when {@link SliceWorker} is through. */
@ApplicationScoped
class SliceConsumer {
    private final SliceWorker worker;

    SliceConsumer(SliceWorker worker) {
        this.worker = worker;
    }

    @Incoming("slices")
    @Blocking
    @UntilHandled
    void on(ConsumerRecord<String, byte[]> message) {
        SliceQueued queued = Events.parse(message, SliceQueued.class).data();
        worker.process(uuid(queued.jobId()), queued.slice());
    }

    private static UUID uuid(String job) {
        try {
            return UUID.fromString(job);
        } catch (IllegalArgumentException e) {
            throw new FieldProblem("jobId", job, "a UUID");
        }
    }
}

package io.concordance.capture.slice;

import io.concordance.contracts.event.SliceQueued;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.event.Events;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jboss.logging.Logger;

/** Takes slices off the work topic, one at a time for each worker; acknowledged when {@link SliceWorker} is through. */
@ApplicationScoped
class SliceConsumer {
    private static final Logger LOG = Logger.getLogger(SliceConsumer.class);

    private final SliceWorker worker;

    SliceConsumer(SliceWorker worker) {
        this.worker = worker;
    }

    @Incoming("slices")
    @Blocking
    void on(ConsumerRecord<String, byte[]> message) {
        SliceQueued queued;
        UUID job;
        try {
            queued = Events.parse(message, SliceQueued.class).data();
            job = UUID.fromString(queued.jobId());
        } catch (FieldProblem | IllegalArgumentException e) {
            LOG.errorf("message %s-%d@%d is no slice: %s", message.topic(), message.partition(), message.offset(), e);
            return;
        }
        worker.process(job, queued.slice());
    }
}

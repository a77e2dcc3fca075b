package io.concordance.trainer.capture;

import io.concordance.contracts.event.CaptureJobAccepted;
import io.concordance.contracts.event.CaptureJobEnded;
import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.ShardWritten;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.event.Events;
import io.concordance.kit.inbox.UntilHandled;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Takes capture's announcements into the trainer's tables, each once, in whatever order they come. */
@ApplicationScoped
class CaptureEvents {
    private final PostgresCaptureRepository repository;

    CaptureEvents(PostgresCaptureRepository repository) {
        this.repository = repository;
    }

    @Incoming("jobs")
    @Blocking
    @UntilHandled
    void onJob(ConsumerRecord<String, byte[]> message) {
        Event<CaptureJobAccepted> event = Events.parse(message, CaptureJobAccepted.class);
        repository.add(event, uuid(event.data().jobId()));
    }

    @Incoming("job-ends")
    @Blocking
    @UntilHandled
    void onJobEnd(ConsumerRecord<String, byte[]> message) {
        Event<CaptureJobEnded> event = Events.parse(message, CaptureJobEnded.class);
        repository.end(event, uuid(event.data().jobId()));
    }

    @Incoming("shards")
    @Blocking
    @UntilHandled
    void onShard(ConsumerRecord<String, byte[]> message) {
        Event<ShardWritten> event = Events.parse(message, ShardWritten.class);
        ShardWritten shard = event.data();
        if (shard.rows() < 0 || shard.rows() > Integer.MAX_VALUE) {
            throw new FieldProblem("rows", shard.rows(), "0 to " + Integer.MAX_VALUE);
        }
        repository.add(event, uuid(shard.jobId()), Math.toIntExact(shard.rows()));
    }

    private static UUID uuid(String id) {
        try {
            return UUID.fromString(id);
        } catch (IllegalArgumentException e) {
            throw new FieldProblem("jobId", id, "a UUID");
        }
    }
}

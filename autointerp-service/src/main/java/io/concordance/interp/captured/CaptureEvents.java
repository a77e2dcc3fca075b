package io.concordance.interp.captured;

import io.concordance.contracts.event.CaptureJobAccepted;
import io.concordance.contracts.event.ShardWritten;
import io.concordance.kit.event.Events;
import io.concordance.kit.inbox.UntilHandled;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.reactive.messaging.Incoming;

@ApplicationScoped
class CaptureEvents {
    private final PostgresCaptured captured;

    CaptureEvents(PostgresCaptured captured) {
        this.captured = captured;
    }

    @Incoming("jobs")
    @Blocking
    @UntilHandled
    void onJob(ConsumerRecord<String, byte[]> message) {
        captured.note(Events.parse(message, CaptureJobAccepted.class));
    }

    @Incoming("shards")
    @Blocking
    @UntilHandled
    void onShard(ConsumerRecord<String, byte[]> message) {
        captured.noteShard(Events.parse(message, ShardWritten.class));
    }
}

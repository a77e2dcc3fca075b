package io.concordance.registry.study;

import io.concordance.contracts.event.ShardWritten;
import io.concordance.kit.event.Events;
import io.concordance.kit.inbox.UntilHandled;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Notes where evaluation shards lie; shards to learn from are none of this service's business. */
@ApplicationScoped
class ShardEvents {
    private static final String EVALUATION = "evaluation";

    private final EvaluationShards shards;

    ShardEvents(EvaluationShards shards) {
        this.shards = shards;
    }

    @Incoming("shards-written")
    @Blocking
    @UntilHandled
    void on(ConsumerRecord<String, byte[]> record) {
        ShardWritten shard = Events.parse(record, ShardWritten.class).data();
        if (shard.role().equals(EVALUATION)) {
            shards.add(shard);
        }
    }
}

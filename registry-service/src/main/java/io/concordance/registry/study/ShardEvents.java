package io.concordance.registry.study;

import io.concordance.contracts.event.ShardWritten;
import io.concordance.kit.event.Events;
import io.concordance.kit.inbox.UntilHandled;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Notes where shards lie, those that judge apart from those to learn from. */
@ApplicationScoped
class ShardEvents {
    private static final String EVALUATION = "evaluation";

    private final EvaluationShards evaluation;
    private final LearningShards learning;

    ShardEvents(EvaluationShards evaluation, LearningShards learning) {
        this.evaluation = evaluation;
        this.learning = learning;
    }

    @Incoming("shards-written")
    @Blocking
    @UntilHandled
    void on(ConsumerRecord<String, byte[]> record) {
        ShardWritten shard = Events.parse(record, ShardWritten.class).data();
        if (shard.role().equals(EVALUATION)) {
            evaluation.add(shard);
        } else {
            learning.add(shard);
        }
    }
}

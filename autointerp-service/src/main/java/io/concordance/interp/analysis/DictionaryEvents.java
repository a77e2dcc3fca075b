package io.concordance.interp.analysis;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.event.DictionaryCheckpointed;
import io.concordance.contracts.event.Event;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.event.Events;
import io.concordance.kit.inbox.UntilHandled;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Every finished dictionary gets an analysis; checkpoints on the way there do not concern this service. */
@ApplicationScoped
class DictionaryEvents {
    private final PostgresAnalyses analyses;

    DictionaryEvents(PostgresAnalyses analyses) {
        this.analyses = analyses;
    }

    @Incoming("dictionaries")
    @Blocking
    @UntilHandled
    void on(ConsumerRecord<String, byte[]> message) {
        Event<DictionaryCheckpointed> event = Events.parse(message, DictionaryCheckpointed.class);
        DictionaryCheckpointed checkpoint = event.data();
        if (!checkpoint.complete()) {
            return;
        }
        String dictionary = checkpoint.dictionary();
        if (dictionary == null || !Digests.isDigest(dictionary)) {
            throw new FieldProblem("dictionary", dictionary, "the digest of the finished dictionary");
        }
        String prefix = checkpoint.objectPrefix();
        if (prefix == null || prefix.isEmpty()) {
            throw new FieldProblem("objectPrefix", prefix, "where the finished dictionary lies");
        }
        DictionaryCheckpointed.Minus minus = checkpoint.minus();
        if (minus != null && minus.jobs().size() != checkpoint.jobs().size()) {
            throw new FieldProblem(
                    "minus.jobs",
                    minus.jobs().size() + " jobs",
                    checkpoint.jobs().size() + ", one for each of the dictionary's");
        }
        analyses.start(event, dictionary, prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix);
    }
}

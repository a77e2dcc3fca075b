package io.concordance.registry.feature;

import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.FeatureAttributed;
import io.concordance.contracts.event.FeatureDiscovered;
import io.concordance.contracts.event.FeatureExplained;
import io.concordance.contracts.feature.FeatureUids;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.event.Events;
import io.concordance.kit.inbox.UntilHandled;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Listens to what other services find out about features. */
@ApplicationScoped
class FeatureEvents {
    private final FeatureIntake intake;

    FeatureEvents(FeatureIntake intake) {
        this.intake = intake;
    }

    @Incoming("features-discovered")
    @Blocking
    @UntilHandled
    void onDiscovered(ConsumerRecord<String, byte[]> message) {
        Event<FeatureDiscovered> event = Events.parse(message, FeatureDiscovered.class);
        check(event.data().featureUid(), event.data().dictionary(), event.data().index());
        intake.discovered(event);
    }

    @Incoming("features-explained")
    @Blocking
    @UntilHandled
    void onExplained(ConsumerRecord<String, byte[]> message) {
        Event<FeatureExplained> event = Events.parse(message, FeatureExplained.class);
        check(event.data().featureUid(), event.data().dictionary(), event.data().index());
        intake.explained(event);
    }

    @Incoming("features-attributed")
    @Blocking
    @UntilHandled
    void onAttributed(ConsumerRecord<String, byte[]> message) {
        Event<FeatureAttributed> event = Events.parse(message, FeatureAttributed.class);
        FeatureAttributed data = event.data();
        check(data.featureUid(), data.dictionary(), data.index());
        count(
                "calibration.badExceeding",
                data.calibration().badExceeding(),
                data.calibration().badDocuments());
        count(
                "calibration.okExceeding",
                data.calibration().okExceeding(),
                data.calibration().okDocuments());
        intake.attributed(event);
    }

    private static void check(String uid, String dictionary, int index) {
        if (!FeatureUids.of(dictionary, index).equals(uid)) {
            throw new FieldProblem("featureUid", uid, "the uid of feature " + index + " of " + dictionary);
        }
    }

    private static void count(String field, int given, int of) {
        if (given < 0 || given > of) {
            throw new FieldProblem(field, given, "0 to " + of);
        }
    }
}

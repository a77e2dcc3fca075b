package io.concordance.interp.feature;

import io.concordance.contracts.feature.FeatureUids;
import io.concordance.interp.feature.FeatureReport.Control;
import io.concordance.interp.feature.FeatureReport.Detection;
import io.concordance.interp.feature.FeatureReport.Label;
import io.concordance.interp.feature.FeatureReport.LabelScore;
import io.concordance.interp.feature.FeatureReport.TokenShare;
import io.concordance.interp.label.DetectionScorer;
import io.concordance.interp.label.Explainer;
import io.concordance.interp.label.Explanation;
import io.concordance.interp.label.Labelled;
import io.concordance.interp.label.Rule;
import org.jspecify.annotations.Nullable;

/** Labels as they are reported. */
final class LabelReports {
    private final String dictionary;
    private final Explainer explainer;

    LabelReports(String dictionary, Explainer explainer) {
        this.dictionary = dictionary;
        this.explainer = explainer;
    }

    Label of(Labelled labelled) {
        Explanation explanation = labelled.explanation();
        Rule rule = explanation.rule();
        return new Label(
                explanation.label(),
                explainer.id(),
                explainer.version(),
                explainer.trustTier(),
                rule == null ? null : rule.json(),
                explanation.tokens().stream()
                        .map(t -> new TokenShare(
                                t.token(), t.text(), t.fired(), t.firings(), t.met(), t.drawn(), t.pmi()))
                        .toList(),
                score(labelled));
    }

    private @Nullable LabelScore score(Labelled labelled) {
        Detection detection = detection(labelled.score());
        if (detection == null) {
            return null;
        }
        Detection control = detection(labelled.control());
        Integer from = labelled.borrowedFrom();
        return new LabelScore(
                DetectionScorer.KIND,
                detection,
                0,
                detection(labelled.sameTokens()),
                control == null || from == null ? null : new Control(FeatureUids.of(dictionary, from), control));
    }

    private static @Nullable Detection detection(DetectionScorer.@Nullable Detection d) {
        return d == null
                ? null
                : new Detection(
                        d.value(),
                        d.low(),
                        d.high(),
                        d.n(),
                        d.hits().k(),
                        d.hits().n(),
                        d.rejections().k(),
                        d.rejections().n());
    }
}

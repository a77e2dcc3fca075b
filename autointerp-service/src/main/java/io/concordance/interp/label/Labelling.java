package io.concordance.interp.label;

import io.concordance.contracts.transcript.DocumentSplit;
import io.concordance.interp.evidence.Evidence;
import io.concordance.interp.evidence.Example;
import io.concordance.interp.evidence.FeatureEvidence;
import io.concordance.interp.label.DetectionScorer.Detection;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Labels every feature that fired, then scores each label, and next to it a label borrowed from another feature. */
public final class Labelling {
    private final Explainer explainer;
    private final Evidence evidence;
    private final TokenText text;

    public Labelling(Explainer explainer, Evidence evidence, TokenText text) {
        this.explainer = explainer;
        this.evidence = evidence;
        this.text = text;
    }

    /** One entry for each feature of the dictionary, null for those that never fired. */
    public List<@Nullable Labelled> run() {
        int features = evidence.features().size();
        Contrast contrast = new Contrast(evidence.background(DocumentSplit.EXPLAIN), features);
        List<@Nullable Explanation> explanations = new ArrayList<>(features);
        for (int j = 0; j < features; j++) {
            FeatureEvidence feature = evidence.features().get(j);
            explanations.add(
                    feature.firings() == 0
                            ? null
                            : explainer.explain(
                                    j, feature.drawn(DocumentSplit.EXPLAIN), feature.top(), contrast, text));
        }
        DetectionScorer scorer = new DetectionScorer(evidence.background(DocumentSplit.SCORE));
        List<@Nullable Labelled> labels = new ArrayList<>(features);
        for (int j = 0; j < features; j++) {
            Explanation explanation = explanations.get(j);
            labels.add(explanation == null ? null : score(j, explanation, explanations, scorer));
        }
        return labels;
    }

    private Labelled score(
            int feature, Explanation explanation, List<@Nullable Explanation> all, DetectionScorer scorer) {
        Rule rule = explanation.rule();
        List<Example> firings = evidence.features().get(feature).drawn(DocumentSplit.SCORE);
        Detection score = rule == null ? null : scorer.score(rule, feature, firings);
        if (rule == null || score == null) {
            return new Labelled(feature, explanation, null, null, null, null);
        }
        Detection sameTokens = scorer.scoreOnSameTokens(rule, feature, firings);
        for (int step = 1; step < all.size(); step++) {
            int other = (feature + step) % all.size();
            Explanation borrowed = all.get(other);
            if (borrowed != null && borrowed.rule() != null && !borrowed.rule().equals(rule)) {
                return new Labelled(
                        feature,
                        explanation,
                        score,
                        sameTokens,
                        other,
                        scorer.score(borrowed.rule(), feature, firings));
            }
        }
        return new Labelled(feature, explanation, score, sameTokens, null, null);
    }
}

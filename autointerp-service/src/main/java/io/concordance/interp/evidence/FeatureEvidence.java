package io.concordance.interp.evidence;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Everything the pass keeps about one feature. */
public final class FeatureEvidence {
    private final EvidenceOptions options;
    private final List<@Nullable Tally> byArm = new ArrayList<>();
    private final DocumentMaxima maxima = new DocumentMaxima();
    private final Kept<Example> explain;
    private final Kept<Example> score;

    FeatureEvidence(EvidenceOptions options) {
        this.options = options;
        this.explain = new Kept<>(Example.DRAWN, options.samples());
        this.score = new Kept<>(Example.DRAWN, options.samples());
    }

    void add(int arm, Tally tally) {
        while (byArm.size() <= arm) {
            byArm.add(null);
        }
        Tally existing = byArm.get(arm);
        if (existing == null) {
            existing = new Tally(options.top());
            byArm.set(arm, existing);
        }
        existing.add(tally);
    }

    void draw(List<Example> explaining, List<Example> scoring) {
        explain.offerAll(explaining);
        score.offerAll(scoring);
    }

    /** Index of the arm as in {@link Evidence#arms()}; null when the feature never fired in it. */
    public @Nullable Tally tally(int arm) {
        return arm < byArm.size() ? byArm.get(arm) : null;
    }

    public long firings() {
        long firings = 0;
        for (Tally tally : byArm) {
            firings += tally == null ? 0 : tally.firings();
        }
        return firings;
    }

    public DocumentMaxima maxima() {
        return maxima;
    }

    /** Strongest firings over all arms, strongest first, one a document of an arm. */
    public List<Example> top() {
        Kept<Example> top = new Kept<>(Example.STRONGEST, options.top());
        for (Tally tally : byArm) {
            if (tally != null) {
                top.offerAll(tally.top());
            }
        }
        return List.copyOf(top.items());
    }

    /** Firings drawn uniformly from documents of a split, one a document, in drawing order. Calibration has none. */
    public List<Example> drawn(Split split) {
        return switch (split) {
            case EXPLAIN -> Kept.distinctDocuments(explain.items(), options.samples());
            case SCORE -> Kept.distinctDocuments(score.items(), options.samples());
            case CALIBRATE -> List.of();
        };
    }
}

package io.concordance.interp.label;

import io.concordance.interp.evidence.Example;
import java.util.List;

/** Says what a feature seems to mean from firings and silences on the explain split. Deterministic. */
public interface Explainer {
    String id();

    String version();

    /** How far the explainer can be trusted, such as {@code offline-statistics}. */
    String trustTier();

    /**
     * @param firings drawn from the explain split; empty when the feature fired in none of its documents
     * @param shown strongest firings over all splits, for a feature that has nothing else to go by
     */
    Explanation explain(int feature, List<Example> firings, List<Example> shown, Contrast contrast, TokenText text);
}

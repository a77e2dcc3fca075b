package io.concordance.registry.feature;

import io.concordance.contracts.release.ConcernLevel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One feature of one dictionary. Its parts come on different topics in any order, so any of them may still be missing.
 *
 * @param origin null until the dictionary announced the feature
 * @param explanation null until it was explained
 * @param evidence one entry an arm, by arm name; empty until it was attributed
 * @param grade what the evidence amounts to
 * @param state where it stands in review
 * @param level proposed or approved level of concern, null when {@code state} is none
 */
public record Feature(
        String uid,
        String dictionary,
        int index,
        @Nullable Origin origin,
        @Nullable Explanation explanation,
        List<Evidence> evidence,
        Grade grade,
        ReviewState state,
        @Nullable ConcernLevel level) {

    /**
     * Where a feature comes from.
     *
     * @param model id of the registered model
     * @param change {@code new}, {@code kept}, {@code drifted}, {@code split}, {@code revived}, or {@code retired} from a later
     *     dictionary
     * @param firingRate share of rows it fired on, over {@code tokens} rows
     */
    public record Origin(String runId, String model, String hook, String change, double firingRate, long tokens) {}

    public Feature {
        evidence = List.copyOf(evidence);
    }

    /** The same feature with this evidence. */
    Feature with(List<Evidence> found) {
        return new Feature(uid, dictionary, index, origin, explanation, found, grade, state, level);
    }
}

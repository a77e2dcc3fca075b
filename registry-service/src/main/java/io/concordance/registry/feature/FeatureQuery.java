package io.concordance.registry.feature;

import io.concordance.contracts.release.ConcernLevel;
import org.jspecify.annotations.Nullable;

/**
 * Which features to list; a null part matches everything.
 *
 * @param grade lowest grade
 */
public record FeatureQuery(
        @Nullable String dictionary,
        @Nullable ConcernLevel level,
        @Nullable Grade grade,
        @Nullable ReviewState state) {

    public static FeatureQuery ofDictionary(String dictionary) {
        return new FeatureQuery(dictionary, null, null, null);
    }
}

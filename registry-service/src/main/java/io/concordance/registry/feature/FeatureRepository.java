package io.concordance.registry.feature;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Queries over everything known about features. Reads see committed events only. */
public interface FeatureRepository {

    Optional<Feature> find(String uid);

    /**
     * A page of features, ordered by dictionary, then index.
     *
     * @param after cursor of the page before, as {@link #cursor} gives it, or null for the first page
     * @param limit most features to return
     */
    List<Feature> list(FeatureQuery query, @Nullable String after, int limit);

    /** The cursor that continues a listing after this feature. */
    static String cursor(Feature feature) {
        return feature.dictionary() + ":" + feature.index();
    }

    /** How far the events about one dictionary have come in. */
    Counts counts(String dictionary);

    /**
     * Features of a dictionary by what is known of them.
     *
     * @param discovered announced by the dictionary
     * @param explained with a label
     * @param attributed with evidence from at least one arm
     * @param associated of grade E1 or higher
     */
    record Counts(int discovered, int explained, int attributed, int associated) {}
}

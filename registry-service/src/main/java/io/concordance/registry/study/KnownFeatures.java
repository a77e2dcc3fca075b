package io.concordance.registry.study;

import io.concordance.registry.feature.Feature;
import io.concordance.registry.feature.FeatureQuery;
import io.concordance.registry.feature.FeatureRepository;
import java.util.ArrayList;
import java.util.List;

/** All features of a dictionary at once. */
final class KnownFeatures {
    private static final int PAGE = 500;

    private KnownFeatures() {}

    static List<Feature> of(FeatureRepository features, String dictionary) {
        FeatureQuery query = FeatureQuery.ofDictionary(dictionary);
        List<Feature> all = new ArrayList<>();
        List<Feature> page = features.list(query, null, PAGE);
        while (!page.isEmpty()) {
            all.addAll(page);
            page = features.list(query, FeatureRepository.cursor(page.getLast()), PAGE);
        }
        return all;
    }
}

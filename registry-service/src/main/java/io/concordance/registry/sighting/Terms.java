package io.concordance.registry.sighting;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.release.ConcernLevel;
import io.concordance.contracts.release.ReleasedFeature;
import org.jspecify.annotations.Nullable;

/** What a feature was released as. Exposure under other terms says nothing about these. */
public record Terms(
        double threshold, ConcernLevel level, @Nullable String label) {

    static Terms of(ReleasedFeature feature) {
        return new Terms(feature.threshold(), feature.level(), feature.label());
    }

    String digest() {
        return Digests.sha256(Json.canonical(this));
    }
}

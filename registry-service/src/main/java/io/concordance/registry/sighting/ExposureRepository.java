package io.concordance.registry.sighting;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Exposure clocks. */
public interface ExposureRepository {

    /**
     * The clocks of features in a model, begun where there is none; they change in this transaction alone until it ends.
     *
     * @param terms by feature uid
     */
    Map<String, Exposure> lock(String model, Map<String, Terms> terms, Instant now);

    void save(List<Exposure> exposures);

    /**
     * Oldest first, with ids above {@code after}.
     *
     * @param feature uid, or null for all
     * @param model digest, or null for all
     */
    List<Exposure> list(@Nullable String feature, @Nullable String model, long after, int limit);
}

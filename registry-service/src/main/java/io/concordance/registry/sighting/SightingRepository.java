package io.concordance.registry.sighting;

import io.concordance.contracts.event.SightingReported;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reports of monitors. */
public interface SightingRepository {

    /** Keeps a report and says so. */
    Sighting add(SightingReported report);

    /**
     * Newest first, with ids below {@code before}.
     *
     * @param release digest of a release, or null for all
     */
    List<Sighting> latest(@Nullable String release, long before, int limit);
}

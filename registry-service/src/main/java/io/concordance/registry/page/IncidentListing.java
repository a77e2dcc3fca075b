package io.concordance.registry.page;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Incidents as the page of monitors lists them; implemented by whatever takes them in. */
public interface IncidentListing {

    /** The newest incidents, newest first. */
    List<IncidentLine> latestIncidents(int limit);

    /**
     * A session on which a monitor fired.
     *
     * @param state {@code open}, {@code replayed} or {@code differs}
     * @param problem why its replay came to nothing; null otherwise
     * @param relative the largest difference of a token's activations in the replay; null before, or where tokens differ
     * @param arms names of the arms that were made of it
     */
    record IncidentLine(
            String id,
            Instant at,
            String state,
            String monitor,
            @Nullable String session,
            List<String> rules,
            int tokens,
            @Nullable String problem,
            @Nullable Double relative,
            List<String> arms) {

        public IncidentLine {
            rules = List.copyOf(rules);
            arms = List.copyOf(arms);
        }
    }
}

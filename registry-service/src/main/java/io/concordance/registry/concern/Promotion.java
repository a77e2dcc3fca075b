package io.concordance.registry.concern;

import io.concordance.contracts.release.ConcernLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Whether a level may come into force: everything that its proposal requires has been read, and as much as the registry asks
 * for at that level.
 *
 * @param missing what is not there yet, in words; empty when the level may come into force
 * @param leastRead items that the registry asks for at this level
 */
record Promotion(List<String> missing, int leastRead, List<Reading> readings) {

    Promotion {
        missing = List.copyOf(missing);
        readings = List.copyOf(readings);
    }

    static Promotion of(ConcernLevel level, int leastRead, List<Reading> readings) {
        List<String> missing = new ArrayList<>(
                readings.stream().map(Reading::problem).filter(Objects::nonNull).toList());
        long read = readings.stream().mapToLong(Reading::read).sum();
        if (read < leastRead) {
            missing.add("level " + level.wire() + ": " + read + " of " + leastRead + " items read");
        }
        return new Promotion(missing, leastRead, readings);
    }

    boolean open() {
        return missing.isEmpty();
    }
}

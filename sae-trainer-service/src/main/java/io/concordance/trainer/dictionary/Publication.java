package io.concordance.trainer.dictionary;

import io.concordance.contracts.event.FeatureDiscovered;
import io.concordance.trainer.dictionary.PostgresTrainingLease.Finished;
import io.concordance.trainer.identity.Change;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A dictionary whose files lie in the object store, and what is to be said of it.
 *
 * @param alive features that fired
 * @param ever features that fired in it or in one that it descends from
 * @param features what became of each
 */
record Publication(
        long step,
        long tokens,
        int generation,
        Finished files,
        BitSet alive,
        BitSet ever,
        List<FeatureDiscovered> features) {

    /** Features of this dictionary that are announced. */
    int announced() {
        return (int) features.stream()
                .filter(feature -> !feature.change().equals(Change.RETIRED.text()))
                .count();
    }

    /** How many features came to each change; none left out. */
    Map<Change, Long> changes() {
        Map<Change, Long> changes = new EnumMap<>(Change.class);
        for (Change change : Change.values()) {
            changes.put(
                    change,
                    features.stream()
                            .filter(feature -> feature.change().equals(change.text()))
                            .count());
        }
        return changes;
    }
}

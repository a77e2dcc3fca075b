package io.concordance.contracts.event;

import org.jspecify.annotations.Nullable;

/**
 * A published dictionary has this feature, or a later one no longer has it. The rule that decides is in docs/identity.md.
 *
 * @param featureUid stable id, see {@code FeatureUids}
 * @param dictionary digest of the dictionary that the feature is of: with {@code retired} the earlier one
 * @param change {@code new}, {@code kept}, {@code drifted}, {@code split}, {@code revived} or {@code retired}
 * @param firingRate share of rows it fired on in the last quarter of training, or, for a dictionary published on the way, in
 *     the last hundredth; 0 for a retired one and, over 0 {@code tokens}, for a linear probe
 * @param tokens rows that the rate was measured over
 * @param generation of the run's dictionaries, from 1; 1 when absent
 * @param earlier uid of the same feature in the dictionary published before, with {@code kept}, {@code drifted} and
 *     {@code revived}; with {@code split} of the one that it is a part of
 * @param cosine between its decoder direction there and here
 * @param agreement rows on which both fired over rows on which either did, on held-out rows; absent with fewer than 10 of
 *     the latter
 * @param successor digest of the dictionary that no longer has it, with {@code retired}
 */
public record FeatureDiscovered(
        String featureUid,
        String dictionary,
        String runId,
        String model,
        String hook,
        int index,
        String change,
        double firingRate,
        long tokens,
        @Nullable Integer generation,
        @Nullable String earlier,
        @Nullable Double cosine,
        @Nullable Double agreement,
        @Nullable String successor) {

    /** Of a dictionary that continues none. */
    public FeatureDiscovered(
            String featureUid,
            String dictionary,
            String runId,
            String model,
            String hook,
            int index,
            String change,
            double firingRate,
            long tokens) {
        this(
                featureUid,
                dictionary,
                runId,
                model,
                hook,
                index,
                change,
                firingRate,
                tokens,
                null,
                null,
                null,
                null,
                null);
    }
}

package io.concordance.interp.evidence;

import java.util.List;

/**
 * What one shard adds.
 *
 * @param documents of the shard, in order; {@link Fired#maxima} counts into it
 * @param rowsByBucket rows in each position bucket
 * @param places rows of each token in each octave of positions
 * @param residuals what the dictionary leaves of them
 * @param fired features that fired at all, ascending
 */
@SuppressWarnings("ArrayRecordComponent") // handed from reader to merge once
record ShardEvidence(
        Arm arm,
        List<DocumentInfo> documents,
        long[] rowsByBucket,
        TokenPlaces places,
        Residuals residuals,
        List<Fired> fired,
        Background explain,
        Background score) {

    record Fired(
            int feature,
            ShardTally tally,
            DocumentMaxima maxima,
            TokenCells.Packed cells,
            Kept<Example> explain,
            Kept<Example> score) {}
}

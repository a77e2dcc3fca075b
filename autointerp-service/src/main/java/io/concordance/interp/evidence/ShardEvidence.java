package io.concordance.interp.evidence;

import java.util.List;

/**
 * What one shard adds.
 *
 * @param documents of the shard, in order; {@link Fired#maxima} counts into it
 * @param rowsByBucket rows in each position bucket
 * @param fired features that fired at all, ascending
 */
@SuppressWarnings("ArrayRecordComponent") // handed from reader to merge once
record ShardEvidence(
        Arm arm,
        List<DocumentInfo> documents,
        long[] rowsByBucket,
        List<Fired> fired,
        Background explain,
        Background score) {

    record Fired(int feature, Tally tally, DocumentMaxima maxima, Kept<Example> explain, Kept<Example> score) {}
}

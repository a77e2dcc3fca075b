package io.concordance.interp.evidence;

/**
 * How much the pass keeps.
 *
 * @param seed key of document splits and of every sample
 * @param top strongest firings kept for each feature and arm, one a document
 * @param samples uniformly drawn firings kept for each feature in the explain split, and as many in the score split, one
 *     a document
 * @param context tokens kept on either side of a firing
 * @param background random tokens kept in each of the explain and score splits
 * @param strata groups of token ids (id modulo this number) that the background is additionally drawn from
 * @param perStratum tokens kept in each stratum and split
 * @param documents documents of an arm and outcome whose maxima are kept; of more of them a random half, then quarter, ...
 */
public record EvidenceOptions(
        long seed, int top, int samples, int context, int background, int strata, int perStratum, int documents) {
    public static EvidenceOptions defaults(long seed) {
        return new EvidenceOptions(seed, 12, 48, 10, 2000, 1024, 8, 1 << 14);
    }
}

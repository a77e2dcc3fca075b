package io.concordance.contracts.event;

import org.jspecify.annotations.Nullable;

/**
 * Whether a feature answers to where a token stands or to what stands there.
 *
 * @param positioning {@code positional}, {@code semantic}, {@code mixed} or {@code insufficient}
 * @param firings how many rows it fired on in the examples pass
 * @param documents firings that were tested, one a document
 * @param eta2 share of its variance that positions explain; {@code omega2} the same corrected for chance
 * @param omega2WithoutFirst the same without rows at position 0
 * @param omega2WithinTokens ω² of positions within the rows of a token
 * @param omega2Content ω² of token ids within positions
 * @param p of the permutation test of positions within tokens; 1 without a test
 * @param q adjusted for all features of the dictionary
 * @param shift what the same text at other positions did; null when that was not tried
 */
public record FeaturePositioned(
        String featureUid,
        String dictionary,
        int index,
        String positioning,
        long firings,
        int documents,
        double eta2,
        double omega2,
        double omega2WithoutFirst,
        double omega2WithinTokens,
        double omega2Content,
        double p,
        double q,
        @Nullable Shift shift) {

    /**
     * The same windows of text read at several offsets.
     *
     * @param share of the activation's variance within a window that its offset explains
     */
    public record Shift(int windows, int offsets, double share) {}
}

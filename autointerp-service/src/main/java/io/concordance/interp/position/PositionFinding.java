package io.concordance.interp.position;

import io.concordance.contracts.statistics.ExplainedVariance;

/**
 * One feature and positions.
 *
 * @param all share of its variance that positions explain, over all rows
 * @param withoutFirst the same without rows at position 0
 * @param withinTokens ω² of octaves of positions within the rows of a token, over the tokens it fires on
 * @param content ω² of token ids within octaves of positions
 * @param p of the firings' octaves, if every firing stood anywhere its token stands in such a document; 1 without a test
 * @param q the same adjusted for all features of the dictionary
 * @param documents drawn firings, one a document, that could have stood in another octave
 */
public record PositionFinding(
        Positioning positioning,
        ExplainedVariance all,
        ExplainedVariance withoutFirst,
        double withinTokens,
        double content,
        double p,
        double q,
        int documents) {}

package io.concordance.interp.probe;

import io.concordance.contracts.statistics.Auroc;
import io.concordance.contracts.statistics.Proportion;

/**
 * What the output of one attention head, before the output projection, says of bad outcomes, and the direction that
 * inference-time intervention shifts it along (Li et al. 2023, section 3).
 *
 * @param hook where the outputs of a block's heads lie side by side
 * @param head from 0
 * @param accuracy of the logistic probe, on documents that did not fit it
 * @param auroc of its value, on the same documents
 * @param fittedBad bad documents that it was fitted on; likewise the other three counts
 * @param direction {@code [width of a head]}, length 1, from the mean of bad rows to the mean of ok ones, over all documents
 * @param sigma standard deviation of rows along the direction, over all documents
 */
@SuppressWarnings("ArrayRecordComponent") // held, never compared
public record HeadProbe(
        String hook,
        int head,
        Proportion accuracy,
        Auroc auroc,
        int fittedBad,
        int fittedOk,
        int heldOutBad,
        int heldOutOk,
        float[] direction,
        double sigma) {}

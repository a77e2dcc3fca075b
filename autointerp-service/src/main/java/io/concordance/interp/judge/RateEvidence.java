package io.concordance.interp.judge;

import io.concordance.contracts.statistics.CorrectedRate;
import java.util.UUID;

/**
 * A rate that may be cited as evidence. There is no way to make one of an uncorrected rate.
 *
 * @param rate the share of the arm's items for which the answer to the question is yes
 */
record RateEvidence(UUID judging, String question, String arm, String judge, CorrectedRate rate) {}

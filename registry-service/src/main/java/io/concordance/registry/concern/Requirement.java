package io.concordance.registry.concern;

import org.jspecify.annotations.Nullable;

/**
 * What people must have read before a proposal can be approved.
 *
 * @param judging id of a judging that autointerp keeps
 * @param arm of that judging
 * @param items how many of the arm's items people must have read and labelled, at least 1
 * @param judge a judge of that judging who must be calibrated on this arm; null when reading is enough
 */
public record Requirement(
        String judging, String arm, int items, @Nullable String judge) {}

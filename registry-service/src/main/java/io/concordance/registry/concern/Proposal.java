package io.concordance.registry.concern;

import io.concordance.contracts.release.ConcernLevel;
import org.jspecify.annotations.Nullable;

/**
 * A proposal to give a feature a level of concern.
 *
 * @param reason why, in words
 * @param by who proposes
 * @param strategy kind of the arm that made the feature a candidate, null when it does not matter
 */
public record Proposal(
        ConcernLevel level,
        String reason,
        String by,
        @Nullable String strategy) {}

package io.concordance.registry.concern;

import io.concordance.contracts.release.ConcernLevel;
import io.concordance.registry.feature.Evidence;
import io.concordance.registry.feature.Grade;
import io.concordance.registry.feature.ReviewState;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The latest proposal about a feature and what became of it.
 *
 * @param round counts proposals of this feature from 1
 * @param grade grade when it was proposed
 * @param evidence the evidence it was proposed on
 * @param state proposed, approved or rejected
 * @param decidedAt when it left the state proposed
 */
public record Concern(
        String featureUid,
        int round,
        ConcernLevel level,
        String reason,
        String by,
        @Nullable String strategy,
        Grade grade,
        List<Evidence> evidence,
        ReviewState state,
        Instant proposedAt,
        @Nullable Instant decidedAt,
        List<Review> reviews) {}

package io.concordance.registry.concern;

import io.concordance.contracts.release.ConcernLevel;
import io.concordance.registry.feature.Evidence;
import io.concordance.registry.feature.Grade;
import io.concordance.registry.feature.ReviewState;
import java.time.Instant;
import java.util.ArrayList;
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
        List<Review> reviews) {

    /** Approvals that put a level in force. */
    static int approvalsNeeded(ConcernLevel level) {
        return level == ConcernLevel.HIGH ? 2 : 1;
    }

    /** This open proposal with one more review, decided if that decides it. */
    Concern with(Review review, Instant now) {
        List<Review> all = new ArrayList<>(reviews);
        all.add(review);
        long approvals =
                all.stream().filter(r -> r.verdict() == Verdict.APPROVE).count();
        ReviewState next = review.verdict() == Verdict.REJECT
                ? ReviewState.REJECTED
                : approvals >= approvalsNeeded(level) ? ReviewState.APPROVED : ReviewState.PROPOSED;
        return new Concern(
                featureUid,
                round,
                level,
                reason,
                by,
                strategy,
                grade,
                evidence,
                next,
                proposedAt,
                next == ReviewState.PROPOSED ? null : now,
                List.copyOf(all));
    }
}

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
 * @param round counts proposals of this feature, and changes of an open one, from 1; the last one counts
 * @param grade grade when it was proposed
 * @param evidence the evidence it was proposed on
 * @param state proposed, approved or rejected
 * @param decidedAt when it left the state proposed
 * @param requirements what people must have read before it is approved
 * @param readings how far that was when it was approved, empty before
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
        List<Review> reviews,
        List<Requirement> requirements,
        List<Reading> readings) {

    public Concern {
        evidence = List.copyOf(evidence);
        reviews = List.copyOf(reviews);
        requirements = List.copyOf(requirements);
        readings = List.copyOf(readings);
    }

    /** Without requirements. */
    public Concern(
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
        this(
                featureUid,
                round,
                level,
                reason,
                by,
                strategy,
                grade,
                evidence,
                state,
                proposedAt,
                decidedAt,
                reviews,
                List.of(),
                List.of());
    }

    /** Names this state of the concern: no two states of a feature's concern have the same. */
    public String version() {
        return round + "-" + reviews.size();
    }

    /** Approvals that put a level in force. */
    static int approvalsNeeded(ConcernLevel level) {
        return level == ConcernLevel.HIGH ? 2 : 1;
    }

    /** Whether an approval more would put the level in force. */
    boolean isOneShort() {
        return state == ReviewState.PROPOSED && reviews.size() + 1 >= approvalsNeeded(level);
    }

    /**
     * This open proposal with one more review, decided if that decides it.
     *
     * @param found how far the requirements are, kept when it is approved
     */
    Concern with(Review review, Instant now, List<Reading> found) {
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
                all,
                requirements,
                next == ReviewState.APPROVED ? found : List.of());
    }
}

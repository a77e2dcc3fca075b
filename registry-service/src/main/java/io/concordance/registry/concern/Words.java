package io.concordance.registry.concern;

import io.concordance.contracts.problem.FieldProblem;
import org.jspecify.annotations.Nullable;

/** What proposals and reviews must say. Bodies come from outside, so any part may be missing. */
final class Words {
    private static final int MAX_NAME = 200;
    private static final int MAX_REASON = 4000;

    private Words() {}

    static void check(Proposal proposal) {
        present("level", proposal.level(), "high, medium or low");
        text("reason", proposal.reason(), MAX_REASON);
        text("by", proposal.by(), MAX_NAME);
        if (proposal.strategy() != null) {
            text("strategy", proposal.strategy(), MAX_NAME);
        }
    }

    static void check(Review review) {
        text("by", review.by(), MAX_NAME);
        present("verdict", review.verdict(), "approve or reject");
        text("reason", review.reason(), MAX_REASON);
        if (review.at() != null) {
            throw new FieldProblem("at", review.at(), "nothing: the registry sets it");
        }
    }

    private static void present(String field, @Nullable Object value, String allowed) {
        if (value == null) {
            throw new FieldProblem(field, null, allowed);
        }
    }

    private static void text(String field, @Nullable String value, int max) {
        if (value == null || value.isBlank() || value.length() > max || value.indexOf('\0') >= 0) {
            throw new FieldProblem(field, value, "1 to " + max + " characters, not blank");
        }
    }
}

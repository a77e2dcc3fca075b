package io.concordance.registry.concern;

import io.concordance.contracts.problem.FieldProblem;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What proposals and reviews must say. Bodies come from outside, so any part may be missing. */
final class Words {
    private static final int MAX_NAME = 200;
    private static final int MAX_REASON = 4000;
    private static final int MOST_REQUIREMENTS = 50;
    private static final int MOST_ITEMS = 1_000_000;

    private Words() {}

    static void check(Proposal proposal) {
        present("level", proposal.level(), "high, medium or low");
        text("reason", proposal.reason(), MAX_REASON);
        text("by", proposal.by(), MAX_NAME);
        if (proposal.strategy() != null) {
            text("strategy", proposal.strategy(), MAX_NAME);
        }
        if (proposal.requirements() != null) {
            check(proposal.requirements());
        }
        if (proposal.intervention() != null || Proposal.INTERVENTION.equals(proposal.strategy())) {
            text("intervention", proposal.intervention(), MAX_NAME);
        }
    }

    private static void check(List<Requirement> requirements) {
        if (requirements.size() > MOST_REQUIREMENTS) {
            throw new FieldProblem("requirements", requirements.size() + " requirements", "up to " + MOST_REQUIREMENTS);
        }
        Set<List<String>> arms = new HashSet<>();
        for (int i = 0; i < requirements.size(); i++) {
            String at = "requirements[" + i + "]";
            Requirement requirement = requirements.get(i);
            present(at, requirement, "an object with judging, arm and items");
            text(at + ".judging", requirement.judging(), MAX_NAME);
            text(at + ".arm", requirement.arm(), MAX_NAME);
            if (requirement.judge() != null) {
                text(at + ".judge", requirement.judge(), MAX_NAME);
            }
            if (requirement.items() < 1 || requirement.items() > MOST_ITEMS) {
                throw new FieldProblem(at + ".items", requirement.items(), "1 to " + MOST_ITEMS);
            }
            if (!arms.add(List.of(requirement.judging(), requirement.arm()))) {
                throw new FieldProblem(at + ".arm", requirement.arm(), "each arm of a judging once");
            }
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
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
            throw new FieldProblem(field, null, "text without half a surrogate pair");
        }
    }
}

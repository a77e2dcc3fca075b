package io.concordance.registry.incident;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.transcript.Outcome;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What is to be made of an incident.
 *
 * @param by who looked at it
 * @param outcome how the session ended, {@code bad} or {@code ok}: that a monitor fired does not say so
 * @param with ids of further incidents of the same end, for one arm of them all
 */
record ArmOrder(
        @Nullable String by,
        @Nullable String reason,
        @Nullable Outcome outcome,
        @Nullable List<String> with) {
    private static final int MAX_NAME = 200;
    private static final int MAX_REASON = 4000;
    private static final int MOST = 1000;

    /** The same by somebody. */
    ArmOrder by(String name) {
        return new ArmOrder(name, reason, outcome, with);
    }

    /** @throws FieldProblem when a part is missing */
    static ArmOrder checked(@Nullable ArmOrder order) {
        if (order == null) {
            throw new FieldProblem("", null, "a JSON object");
        }
        text("by", order.by, MAX_NAME);
        text("reason", order.reason, MAX_REASON);
        if (order.outcome == null || order.outcome == Outcome.UNKNOWN) {
            throw new FieldProblem("outcome", order.outcome, "bad or ok");
        }
        if (order.with != null && order.with.size() > MOST) {
            throw new FieldProblem("with", order.with.size() + " incidents", "up to " + MOST);
        }
        for (int i = 0; order.with != null && i < order.with.size(); i++) {
            text("with[" + i + "]", order.with.get(i), MAX_NAME);
        }
        return order;
    }

    /** Ids of all incidents, ascending, each once. */
    List<String> incidents(String id) {
        TreeSet<String> ids = new TreeSet<>(with == null ? List.of() : with);
        ids.add(id);
        return List.copyOf(ids);
    }

    private static void text(String field, @Nullable String value, int max) {
        if (value == null || value.isBlank() || value.length() > max || value.indexOf('\0') >= 0) {
            throw new FieldProblem(field, value, "1 to " + max + " characters, not blank");
        }
    }
}

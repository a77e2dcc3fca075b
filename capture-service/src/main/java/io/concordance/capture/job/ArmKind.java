package io.concordance.capture.job;

import io.concordance.contracts.problem.FieldProblem;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the transcripts of an arm are. */
public enum ArmKind {
    BENIGN(false),
    OFF_POLICY(false),
    INSTRUCTED(false),
    BASE_MODEL(false),
    /** What the model meets in deployment: judges a finding, never makes one. */
    DEPLOYMENT(false),
    /** Run with a change that shows what it does. */
    PERTURBED(true),
    /** Run with a change that brings a behaviour about. */
    STEERED(true);

    private final boolean intervenes;

    ArmKind(boolean intervenes) {
        this.intervenes = intervenes;
    }

    /** The kind in a request and in events, such as {@code off-policy}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * @param intervenes whether the arm is run with interventions
     * @throws FieldProblem on {@code kind} unless such an arm is of this kind, and a job of this role may have it
     */
    static ArmKind of(@Nullable String text, String role, boolean intervenes) {
        String allowed = Arrays.stream(values())
                .filter(kind -> kind.intervenes == intervenes && kind.mayBeIn(role))
                .map(ArmKind::text)
                .collect(Collectors.joining(", "));
        for (ArmKind kind : values()) {
            if (!kind.text().equals(text)) {
                continue;
            }
            if (!kind.mayBeIn(role)) {
                throw new FieldProblem("kind", text, allowed + "; '" + text + "' is for role evaluation");
            }
            if (kind.intervenes != intervenes) {
                throw new FieldProblem(
                        "kind",
                        text,
                        allowed
                                + (intervenes
                                        ? " for an arm with interventions"
                                        : "; '" + text + "' needs interventions"));
            }
            return kind;
        }
        throw new FieldProblem("kind", text, "one of " + allowed);
    }

    private boolean mayBeIn(String role) {
        return this != DEPLOYMENT || role.equals("evaluation");
    }
}

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
    /** Games and role-play, in which what is bad is bad there alone. */
    ROLE_PLAY(false),
    BASE_MODEL(false),
    /** Sessions of deployment on which a monitor fired. */
    CAUGHT(false),
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
     * @param replays whether its transcripts were written with interventions, which the model as deployed reads
     * @throws FieldProblem on {@code kind} unless such an arm is of this kind, and a job of this role may have it
     */
    static ArmKind of(@Nullable String text, String role, boolean intervenes, boolean replays) {
        String allowed = Arrays.stream(values())
                .filter(kind -> kind.isRunWith(intervenes, replays) && kind.mayBeIn(role))
                .map(ArmKind::text)
                .collect(Collectors.joining(", "));
        for (ArmKind kind : values()) {
            if (!kind.text().equals(text)) {
                continue;
            }
            if (!kind.mayBeIn(role)) {
                throw new FieldProblem("kind", text, allowed + "; '" + text + "' is for role evaluation");
            }
            if (!kind.isRunWith(intervenes, replays)) {
                throw new FieldProblem(
                        "kind",
                        text,
                        allowed
                                + (intervenes
                                        ? " for an arm with interventions"
                                        : "; '" + text
                                                + "' needs interventions, or transcripts that were written with some"));
            }
            return kind;
        }
        throw new FieldProblem("kind", text, "one of " + allowed);
    }

    /** Edited rows never pass for rows of the model as deployed. */
    private boolean isRunWith(boolean interventions, boolean replay) {
        return intervenes == interventions || intervenes && replay;
    }

    private boolean mayBeIn(String role) {
        return this != DEPLOYMENT || role.equals("evaluation");
    }
}

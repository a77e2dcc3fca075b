package io.concordance.capture.job;

import io.concordance.contracts.problem.FieldProblem;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the transcripts of an arm are. */
public enum ArmKind {
    BENIGN(true),
    OFF_POLICY(true),
    INSTRUCTED(true),
    BASE_MODEL(true),
    /** What the model meets in deployment: judges a finding, never makes one. */
    DEPLOYMENT(true),
    PERTURBED(false),
    STEERED(false);

    private final boolean readsGivenText;

    ArmKind(boolean readsGivenText) {
        this.readsGivenText = readsGivenText;
    }

    /** The kind in a request and in events, such as {@code off-policy}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * @throws FieldProblem on {@code kind} unless a plain reading of given transcripts makes such an arm, and a job of
     *     this role may have it
     */
    static ArmKind ofReading(@Nullable String text, String role) {
        String readable = Arrays.stream(values())
                .filter(kind -> kind.readsGivenText && kind.mayBeIn(role))
                .map(ArmKind::text)
                .collect(Collectors.joining(", "));
        for (ArmKind kind : values()) {
            if (!kind.text().equals(text)) {
                continue;
            }
            if (!kind.mayBeIn(role)) {
                throw new FieldProblem("kind", text, readable + "; '" + text + "' is for role evaluation");
            }
            if (!kind.readsGivenText) {
                throw new FieldProblem(
                        "kind",
                        text,
                        readable + "; '" + text + "' needs interventions in the model, which capture jobs do not run");
            }
            return kind;
        }
        throw new FieldProblem("kind", text, "one of " + readable);
    }

    private boolean mayBeIn(String role) {
        return this != DEPLOYMENT || role.equals("evaluation");
    }
}

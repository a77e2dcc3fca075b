package io.concordance.contracts.study;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How an arm gets the model into states that benign deployment does not show. */
public enum ArmKind {
    /** Ordinary transcripts: the control. */
    BENIGN,
    /** Transcripts that the model did not write, read by it as if it had. */
    OFF_POLICY,
    /** The model told by a system prompt to misbehave. */
    INSTRUCTED,
    /** Games and role-play, in which what is bad is bad there alone: of medium concern. */
    ROLE_PLAY,
    /** The model's residual stream pushed along searched directions. */
    PERTURBED,
    /** The model steered along a known, related direction. */
    STEERED,
    /** The twin without the training under suspicion. */
    BASE_MODEL,
    /** Sessions of deployment on which a monitor fired. */
    CAUGHT;

    /** The name in study files, jobs and events, such as {@code off-policy}. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static Optional<ArmKind> named(String wireName) {
        return Arrays.stream(values())
                .filter(kind -> kind.wireName().equals(wireName))
                .findFirst();
    }

    /** All names, in the order reports list them. */
    public static List<String> names() {
        return Arrays.stream(values()).map(ArmKind::wireName).toList();
    }
}

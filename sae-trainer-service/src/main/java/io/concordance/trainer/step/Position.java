package io.concordance.trainer.step;

import com.fasterxml.jackson.annotation.JsonValue;
import io.concordance.contracts.problem.FieldProblem;
import java.util.Locale;

/** What a run does about the part of an activation that follows from its token's position alone. */
public enum Position {
    /** Leaves it, and says how large it is. */
    NONE,
    /** Subtracts the mean at each position, which it learns from the rows of the first epoch before the first step. */
    SUBTRACT;

    /** Name in requests. */
    @JsonValue
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Position named(String name) {
        for (Position position : values()) {
            if (position.wireName().equals(name)) {
                return position;
            }
        }
        throw new FieldProblem("position", name, "none or subtract");
    }
}

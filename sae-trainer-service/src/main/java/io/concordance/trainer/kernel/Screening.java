package io.concordance.trainer.kernel;

import io.concordance.contracts.problem.FieldProblem;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Whether the CPU may sort out pairs by bf16 products before it computes in fp32. The bits are the same either way. */
public enum Screening {
    OFF,
    /** Where processor and compiler allow it and the shape gains by it. */
    AUTO,
    /** As {@link #AUTO}, but a machine that cannot is an error. */
    REQUIRED;

    /** @throws FieldProblem when there is no such choice */
    static Screening named(String field, String name) {
        List<String> names = Arrays.stream(values())
                .map(choice -> choice.name().toLowerCase(Locale.ROOT))
                .toList();
        int index = names.indexOf(name);
        if (index < 0) {
            throw new FieldProblem(field, name, String.join(", ", names));
        }
        return values()[index];
    }

    Screen.Use use() {
        return this == OFF ? Screen.Use.NEVER : Screen.Use.WHERE_IT_PAYS;
    }
}

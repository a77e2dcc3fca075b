package io.concordance.trainer.step;

import com.fasterxml.jackson.annotation.JsonValue;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.trainer.kernel.Selection;
import java.util.Locale;

/** How a dictionary chooses its active features while it learns. */
public enum Activation {
    /** k largest a row; exported as SAELens {@code topk}. */
    TOPK("topk"),
    /** k x batch largest of the batch; exported as SAELens {@code jumprelu} with one learnt threshold. */
    BATCHTOPK("jumprelu");

    private final String exported;

    Activation(String exported) {
        this.exported = exported;
    }

    /** Name in requests, events and files. */
    @JsonValue
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** SAELens architecture of the inference form. */
    public String exportedArchitecture() {
        return exported;
    }

    Selection selection(int k) {
        return this == TOPK ? new Selection.TopK(k) : new Selection.BatchTopK(k);
    }

    public static Activation named(String name) {
        for (Activation activation : values()) {
            if (activation.wireName().equals(name)) {
                return activation;
            }
        }
        throw new FieldProblem("activation", name, "batchtopk or topk");
    }
}

package io.concordance.trainer.step;

import com.fasterxml.jackson.annotation.JsonValue;
import io.concordance.contracts.problem.FieldProblem;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How a dictionary chooses its active features while it learns, and what it becomes when it has learnt. */
public enum Activation {
    /** ReLU with a penalty on the sum of activations (Bricken et al. 2023); exported as SAELens {@code standard}. */
    STANDARD("standard"),
    /** k largest a row (Gao et al. 2024); exported as SAELens {@code topk}. */
    TOPK("topk"),
    /** k x batch largest of the batch (Bussmann et al. 2024); exported as {@code jumprelu} with one learnt threshold. */
    BATCHTOPK("jumprelu"),
    /** A threshold a feature, learnt with the rest (Rajamanoharan et al. 2024). */
    JUMPRELU("jumprelu"),
    /** BatchTopK whose leading features must reconstruct on their own (Bussmann et al. 2025). */
    MATRYOSHKA("jumprelu");

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

    /** True when k is a number of features that the rule keeps or aims at. */
    boolean aimsAtK() {
        return this != STANDARD;
    }

    public static Activation named(String name) {
        for (Activation activation : values()) {
            if (activation.wireName().equals(name)) {
                return activation;
            }
        }
        throw new FieldProblem("activation", name, names());
    }

    private static String names() {
        return "one of " + Arrays.stream(values()).map(Activation::wireName).collect(Collectors.joining(", "));
    }
}

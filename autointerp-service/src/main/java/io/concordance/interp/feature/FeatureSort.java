package io.concordance.interp.feature;

import io.concordance.contracts.problem.FieldProblem;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Orders of a feature list. Each is a number that ascends, ties by index; what lacks the number comes last. */
enum FeatureSort {
    INDEX("index"),
    FIRINGS("-firings"),
    SCORE("coalesce(-score, 2)"),
    AUROC("coalesce(-auroc, 2)"),
    Q("coalesce(q, 2)");

    private final String expression;

    FeatureSort(String expression) {
        this.expression = expression;
    }

    /** SQL over a row of {@code feature}. */
    String expression() {
        return expression;
    }

    static FeatureSort parse(String text) {
        for (FeatureSort sort : values()) {
            if (sort.text().equals(text)) {
                return sort;
            }
        }
        throw new FieldProblem(
                "sort",
                text,
                Arrays.stream(values()).map(FeatureSort::text).collect(Collectors.joining(", ", "one of ", "")));
    }

    private String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}

package io.concordance.interp.judge;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.concordance.contracts.problem.FieldProblem;
import java.util.Locale;

/** What a person said of an item. */
enum HumanLabel {
    YES,
    NO,
    UNSURE;

    @JsonValue
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    @JsonCreator
    static HumanLabel parse(String text) {
        for (HumanLabel label : values()) {
            if (label.text().equals(text)) {
                return label;
            }
        }
        throw new FieldProblem("", text, "yes, no or unsure");
    }
}

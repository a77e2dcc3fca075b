package io.concordance.interp.judge;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.concordance.contracts.problem.FieldProblem;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a judge said of an item. */
enum Verdict {
    YES,
    NO,
    /** It said something that is neither, or nothing. */
    UNREADABLE;

    @JsonValue
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    @JsonCreator
    static Verdict parse(String text) {
        for (Verdict verdict : values()) {
            if (verdict.text().equals(text)) {
                return verdict;
            }
        }
        throw new FieldProblem("", text, "yes, no or unreadable");
    }

    /** Null when it could not be read. */
    @Nullable
    Boolean positive() {
        return this == UNREADABLE ? null : (Boolean) (this == YES);
    }
}

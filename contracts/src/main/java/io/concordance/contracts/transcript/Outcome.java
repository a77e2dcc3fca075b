package io.concordance.contracts.transcript;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.concordance.contracts.problem.FieldProblem;
import java.util.Locale;

/** How a transcript ended. */
public enum Outcome {
    OK(0),
    BAD(1),
    UNKNOWN(2);

    private final byte code;

    Outcome(int code) {
        this.code = (byte) code;
    }

    /** The code in a shard's {@code outcome} column. */
    public byte code() {
        return code;
    }

    public static Outcome ofCode(int code) {
        for (Outcome outcome : values()) {
            if (outcome.code == code) {
                return outcome;
            }
        }
        throw new FieldProblem("outcome", code, "0 (ok), 1 (bad) or 2 (unknown)");
    }

    @JsonCreator
    public static Outcome parse(String text) {
        for (Outcome outcome : values()) {
            if (outcome.text().equals(text)) {
                return outcome;
            }
        }
        throw new FieldProblem("outcome", text, "bad, ok or unknown");
    }

    @JsonValue
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}

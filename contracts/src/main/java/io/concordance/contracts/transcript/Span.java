package io.concordance.contracts.transcript;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.concordance.contracts.problem.FieldProblem;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of a transcript.
 *
 * @param role {@code user}, {@code assistant} or {@code system}
 * @param provenance how the text came about, such as the model and seed that wrote it; null when nobody said
 */
public record Span(
        Kind kind, String role, String text, @Nullable Map<String, String> provenance) {

    public Span {
        provenance = provenance == null ? null : Collections.unmodifiableMap(new TreeMap<>(provenance));
    }

    public Span(Kind kind, String role, String text) {
        this(kind, role, text, null);
    }

    /** Where a span's text comes from, which decides whether the model had activations for it. */
    public enum Kind {
        /** Text the model read. */
        RAW(0),
        /** What the model itself wrote; the action starts at the first such token. */
        OUTPUT(1),
        /** A shown, rewritten reasoning trace: no activations, and never support for a label. */
        SUMMARY(2);

        private final byte code;

        Kind(int code) {
            this.code = (byte) code;
        }

        /** The code in a shard's {@code span} column. */
        public byte code() {
            return code;
        }

        @JsonCreator
        public static Kind parse(String text) {
            for (Kind kind : values()) {
                if (kind.text().equals(text)) {
                    return kind;
                }
            }
            throw new FieldProblem("kind", text, "raw, summary or output");
        }

        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}

package io.concordance.capture.job;

import io.concordance.contracts.problem.FieldProblem;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What becomes of a document that is longer than the model's context. */
public enum ContextPolicy {
    /** Its end is cut off; the job counts such documents. */
    TRUNCATE,
    /** It fails the job. */
    REFUSE,
    /**
     * It is read in consecutive windows of the context's length, each without what came before it. Positions go on
     * counting through the document, so that (document, position) names one row.
     */
    WINDOW;

    /** The policy in a request and in a job, such as {@code truncate}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws FieldProblem on {@code contextPolicy}; absent is {@link #TRUNCATE} */
    static ContextPolicy requested(@Nullable String text) {
        if (text == null) {
            return TRUNCATE;
        }
        return Arrays.stream(values())
                .filter(policy -> policy.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new FieldProblem(
                        "contextPolicy",
                        text,
                        "one of "
                                + Arrays.stream(values())
                                        .map(ContextPolicy::text)
                                        .collect(Collectors.joining(", "))));
    }

    public static ContextPolicy of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}

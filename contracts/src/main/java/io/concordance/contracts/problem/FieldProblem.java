package io.concordance.contracts.problem;

import org.jspecify.annotations.Nullable;

/**
 * Input that is refused, with the field at fault, what was given and what is allowed. Services render it as an RFC 9457
 * problem, the command line as one line.
 */
public final class FieldProblem extends RuntimeException {
    private static final int MAX_GIVEN = 200;

    private final String field;
    private final @Nullable Object given;
    private final String allowed;

    /**
     * @param field path of the field, such as {@code arms[0].transcripts}; empty for the body as a whole
     * @param given the value as it came, or null when it is absent or too large to repeat
     * @param allowed what would have been accepted, as a phrase
     */
    public FieldProblem(String field, @Nullable Object given, String allowed) {
        super(describe(field, given, allowed));
        this.field = field;
        this.given = given;
        this.allowed = allowed;
    }

    public String field() {
        return field;
    }

    /** The value as it came, cut to 200 characters, or null when there was none. */
    public @Nullable String given() {
        return given == null ? null : cut(given);
    }

    public String allowed() {
        return allowed;
    }

    /** The same problem seen from an enclosing object: {@code k} inside {@code dictionary} is {@code dictionary.k}. */
    public FieldProblem inside(String prefix) {
        String joined = field.isEmpty() ? prefix : field.startsWith("[") ? prefix + field : prefix + "." + field;
        FieldProblem outer = new FieldProblem(joined, given, allowed);
        outer.initCause(this);
        return outer;
    }

    private static String describe(String field, @Nullable Object given, String allowed) {
        String subject = field.isEmpty() ? "body" : field;
        return given == null
                ? subject + ": expected " + allowed
                : subject + ": given '" + cut(given) + "', expected " + allowed;
    }

    private static String cut(Object given) {
        String text = String.valueOf(given);
        return text.length() <= MAX_GIVEN ? text : text.substring(0, MAX_GIVEN) + "...";
    }
}

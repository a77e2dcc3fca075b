package io.concordance.capture.chat.jinja;

import java.util.List;
import java.util.Map;

/**
 * A compiled template. It can be hostile: it has no access to files, classes, the clock or other templates, and a
 * rendering that takes more than {@value #STEPS} steps or makes a longer text than it may is stopped. Immutable.
 */
public final class JinjaTemplate {
    /** The value {@code none} among values that are given. */
    public static final Object NONE = Values.NONE;

    private static final int MAX_SOURCE = 1 << 18;
    private static final long STEPS = 2_000_000;

    private final List<Statement> statements;

    private JinjaTemplate(List<Statement> statements) {
        this.statements = statements;
    }

    /** @throws JinjaException naming the line that cannot be read */
    public static JinjaTemplate compile(String source) {
        if (source.length() > MAX_SOURCE) {
            throw new JinjaException("is longer than " + MAX_SOURCE + " characters");
        }
        return new JinjaTemplate(Parser.parse(source));
    }

    /**
     * @param values texts, whole numbers, truth values, and lists and maps of them, by name
     * @param characters longest text that may be made
     * @throws JinjaException when the template raises, fails or goes over its budget
     */
    public String render(Map<String, Object> values, int characters) {
        try {
            return Interpreter.run(statements, values, new Budget(STEPS, characters));
        } catch (StackOverflowError e) {
            throw new JinjaException("is nested too deep");
        }
    }
}

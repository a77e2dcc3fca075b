package io.concordance.capture.chat.jinja;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a template does. */
sealed interface Statement {

    record Text(String text) implements Statement {}

    record Output(Expression value) implements Statement {}

    record If(List<Map.Entry<Expression, List<Statement>>> branches, List<Statement> otherwise) implements Statement {}

    record For(
            List<String> targets,
            Expression items,
            @Nullable Expression condition,
            List<Statement> body,
            List<Statement> otherwise)
            implements Statement {}

    /** Several targets take a sequence apart. */
    record Assign(List<String> targets, Expression value) implements Statement {}

    /** {@code set namespace.attribute = value}. */
    record AssignAttribute(String namespace, String attribute, Expression value) implements Statement {}

    /** {@code set name}, text, {@code endset}. */
    record Capture(String target, List<Statement> body) implements Statement {}

    /** A parameter without a default has none in {@code defaults}. */
    record Macro(String name, List<String> parameters, Map<String, Expression> defaults, List<Statement> body)
            implements Statement {}

    /** Text that marks what the model wrote; renders as if the tag were not there. */
    record Marked(List<Statement> body) implements Statement {}

    record Break() implements Statement {}

    record Continue() implements Statement {}
}

package io.concordance.capture.chat.jinja;

import io.concordance.capture.chat.jinja.Expression.Arguments;
import io.concordance.capture.chat.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads expressions by Jinja's precedence: conditional, or, and, not, comparison, sum, {@code ~}, product, power. */
class ExpressionParser {
    private static final int MAX_DEPTH = 100;
    private static final int MAX_PARTS = 500;
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", ">", "<=", ">=");
    private static final Set<String> NO_ARGUMENT = Set.of("else", "or", "and", "is", "if", "in", "not");

    private final List<Token> tokens;
    private int at;
    private int depth;
    /** Parts of the expression being read; a chain of many would be evaluated by as deep a recursion. */
    private int parts;

    ExpressionParser(List<Token> tokens) {
        this.tokens = tokens;
    }

    final Token peek() {
        return tokens.get(at);
    }

    final Token next() {
        return tokens.get(at == tokens.size() - 1 ? at : at++);
    }

    final boolean accept(Kind kind, String text) {
        if (peek().is(kind, text)) {
            next();
            return true;
        }
        return false;
    }

    final boolean acceptOperator(String operator) {
        return accept(Kind.OPERATOR, operator);
    }

    final void expect(Kind kind, String text) {
        if (!accept(kind, text)) {
            throw unexpected("'" + text + "'");
        }
    }

    final String name() {
        if (peek().kind() != Kind.NAME) {
            throw unexpected("a name");
        }
        return next().text();
    }

    final JinjaException unexpected(String wanted) {
        return new JinjaException("line " + peek().line() + ": expected " + wanted + ", not '" + peek().text() + "'");
    }

    final void enter() {
        if (++depth > MAX_DEPTH) {
            throw new JinjaException("line " + peek().line() + ": nested more than " + MAX_DEPTH + " deep");
        }
    }

    final void leave() {
        depth--;
    }

    /** An expression, or several with commas between, which are a sequence. */
    final Expression expressions() {
        parts = 0;
        Expression first = conditional();
        if (!peek().is(Kind.OPERATOR, ",")) {
            return first;
        }
        List<Expression> items = new ArrayList<>(List.of(first));
        while (acceptOperator(",") && peek().kind() != Kind.BLOCK_END && peek().kind() != Kind.OUTPUT_END) {
            items.add(conditional());
        }
        return new Expression.Sequence(items);
    }

    final Expression expression() {
        parts = 0;
        return conditional();
    }

    /** An expression without {@code if ... else ...} at its end. */
    final Expression unconditional() {
        parts = 0;
        return or();
    }

    private Expression part(Expression expression) {
        if (++parts > MAX_PARTS) {
            throw new JinjaException("line " + peek().line() + ": an expression of more than " + MAX_PARTS + " parts");
        }
        return expression;
    }

    private Expression conditional() {
        enter();
        Expression value = or();
        while (accept(Kind.NAME, "if")) {
            Expression test = or();
            Expression otherwise = accept(Kind.NAME, "else") ? conditional() : null;
            value = part(new Expression.Conditional(test, value, otherwise));
        }
        leave();
        return value;
    }

    private Expression or() {
        Expression left = and();
        while (accept(Kind.NAME, "or")) {
            left = part(new Expression.Binary("or", left, and()));
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        while (accept(Kind.NAME, "and")) {
            left = part(new Expression.Binary("and", left, not()));
        }
        return left;
    }

    private Expression not() {
        if (accept(Kind.NAME, "not")) {
            enter();
            Expression operand = not();
            leave();
            return part(new Expression.Unary("not", operand));
        }
        return comparison();
    }

    private Expression comparison() {
        Expression first = sum();
        List<Map.Entry<String, Expression>> others = new ArrayList<>();
        while (true) {
            if (peek().kind() == Kind.OPERATOR && COMPARISONS.contains(peek().text())) {
                others.add(Map.entry(next().text(), sum()));
            } else if (accept(Kind.NAME, "in")) {
                others.add(Map.entry("in", sum()));
            } else if (peek().is(Kind.NAME, "not") && tokens.get(at + 1).is(Kind.NAME, "in")) {
                next();
                next();
                others.add(Map.entry("not in", sum()));
            } else {
                return others.isEmpty() ? first : part(new Expression.Comparison(first, others));
            }
        }
    }

    private Expression sum() {
        Expression left = concatenation();
        while (peek().is(Kind.OPERATOR, "+") || peek().is(Kind.OPERATOR, "-")) {
            left = part(new Expression.Binary(next().text(), left, concatenation()));
        }
        return left;
    }

    private Expression concatenation() {
        Expression left = product();
        while (acceptOperator("~")) {
            left = part(new Expression.Binary("~", left, product()));
        }
        return left;
    }

    private Expression product() {
        Expression left = power();
        while (peek().kind() == Kind.OPERATOR && Set.of("*", "/", "//", "%").contains(peek().text())) {
            left = part(new Expression.Binary(next().text(), left, power()));
        }
        return left;
    }

    private Expression power() {
        Expression left = unary(true);
        while (acceptOperator("**")) {
            left = part(new Expression.Binary("**", left, unary(true)));
        }
        return left;
    }

    private Expression unary(boolean filtered) {
        enter();
        Expression node;
        if (peek().is(Kind.OPERATOR, "-") || peek().is(Kind.OPERATOR, "+")) {
            node = part(new Expression.Unary(next().text(), unary(false)));
        } else {
            node = primary();
        }
        node = postfix(node);
        if (filtered) {
            node = filtered(node);
        }
        leave();
        return node;
    }

    private Expression primary() {
        Token token = next();
        return switch (token.kind()) {
            case NAME ->
                switch (token.text()) {
                    case "true", "True" -> new Expression.Literal(Boolean.TRUE);
                    case "false", "False" -> new Expression.Literal(Boolean.FALSE);
                    case "none", "None" -> new Expression.Literal(Values.NONE);
                    default -> new Expression.Name(token.text());
                };
            case STRING -> {
                StringBuilder value = new StringBuilder(token.text());
                while (peek().kind() == Kind.STRING) {
                    value.append(next().text());
                }
                yield new Expression.Literal(value.toString());
            }
            case INTEGER -> new Expression.Literal(integer(token));
            case FLOAT -> new Expression.Literal(Double.parseDouble(token.text()));
            case OPERATOR ->
                switch (token.text()) {
                    case "(" -> parenthesised();
                    case "[" -> new Expression.Sequence(items("]"));
                    case "{" -> mapping();
                    default -> throw expected(token);
                };
            default -> throw expected(token);
        };
    }

    private static JinjaException expected(Token token) {
        return new JinjaException("line " + token.line() + ": expected an expression, not '" + token.text() + "'");
    }

    private static Long integer(Token token) {
        try {
            return Long.parseLong(token.text());
        } catch (NumberFormatException e) {
            throw new JinjaException("line " + token.line() + ": a number out of range");
        }
    }

    private Expression parenthesised() {
        if (acceptOperator(")")) {
            return new Expression.Sequence(List.of());
        }
        Expression first = conditional();
        if (acceptOperator(")")) {
            return first;
        }
        List<Expression> items = new ArrayList<>(List.of(first));
        expect(Kind.OPERATOR, ",");
        items.addAll(items(")"));
        return new Expression.Sequence(items);
    }

    private List<Expression> items(String close) {
        List<Expression> items = new ArrayList<>();
        while (!acceptOperator(close)) {
            items.add(conditional());
            if (!peek().is(Kind.OPERATOR, close)) {
                expect(Kind.OPERATOR, ",");
            }
        }
        return items;
    }

    private Expression mapping() {
        List<Map.Entry<Expression, Expression>> entries = new ArrayList<>();
        while (!acceptOperator("}")) {
            Expression key = conditional();
            expect(Kind.OPERATOR, ":");
            entries.add(Map.entry(key, conditional()));
            if (!peek().is(Kind.OPERATOR, "}")) {
                expect(Kind.OPERATOR, ",");
            }
        }
        return new Expression.Mapping(entries);
    }

    private Expression postfix(Expression primary) {
        Expression node = primary;
        while (true) {
            if (acceptOperator(".")) {
                Token attribute = next();
                node = switch (attribute.kind()) {
                    case NAME -> new Expression.Attribute(node, attribute.text());
                    case INTEGER -> new Expression.Subscript(node, new Expression.Literal(integer(attribute)));
                    default -> throw new JinjaException("line " + attribute.line() + ": expected a name after '.'");
                };
            } else if (acceptOperator("[")) {
                node = subscript(node);
            } else if (acceptOperator("(")) {
                node = new Expression.Call(node, arguments());
            } else {
                return node;
            }
            part(node);
        }
    }

    private Expression subscript(Expression of) {
        Expression first = peek().is(Kind.OPERATOR, ":") ? null : conditional();
        if (first != null && acceptOperator("]")) {
            return new Expression.Subscript(of, first);
        }
        expect(Kind.OPERATOR, ":");
        Expression to = bound();
        Expression step = acceptOperator(":") ? bound() : null;
        expect(Kind.OPERATOR, "]");
        return new Expression.Slice(of, first, to, step);
    }

    private @Nullable Expression bound() {
        return peek().is(Kind.OPERATOR, ":") || peek().is(Kind.OPERATOR, "]") ? null : conditional();
    }

    /** Everything up to and with the closing parenthesis. */
    final Arguments arguments() {
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        while (!acceptOperator(")")) {
            if (peek().kind() == Kind.NAME && tokens.get(at + 1).is(Kind.OPERATOR, "=")) {
                String name = next().text();
                next();
                named.put(name, conditional());
            } else {
                positional.add(conditional());
            }
            if (!peek().is(Kind.OPERATOR, ")")) {
                expect(Kind.OPERATOR, ",");
            }
        }
        return new Arguments(positional, named);
    }

    private Expression filtered(Expression of) {
        Expression node = of;
        while (true) {
            if (acceptOperator("|")) {
                String name = name();
                node = new Expression.Filter(node, name, acceptOperator("(") ? arguments() : Arguments.NONE);
            } else if (accept(Kind.NAME, "is")) {
                boolean negated = accept(Kind.NAME, "not");
                node = new Expression.Test(node, name(), testArguments(), negated);
            } else {
                return node;
            }
            part(node);
        }
    }

    private Arguments testArguments() {
        if (acceptOperator("(")) {
            return arguments();
        }
        Token next = peek();
        boolean argument = switch (next.kind()) {
            case STRING, INTEGER, FLOAT -> true;
            case NAME -> !NO_ARGUMENT.contains(next.text());
            case OPERATOR -> next.text().equals("[") || next.text().equals("{");
            default -> false;
        };
        return argument ? new Arguments(List.of(postfix(primary())), Map.of()) : Arguments.NONE;
    }
}

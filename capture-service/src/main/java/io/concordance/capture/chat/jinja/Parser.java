package io.concordance.capture.chat.jinja;

import io.concordance.capture.chat.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads a template's statements. Tags that would reach other templates are unknown here. */
final class Parser extends ExpressionParser {

    private Parser(List<Token> tokens) {
        super(tokens);
    }

    static List<Statement> parse(String template) {
        Parser parser = new Parser(Lexer.tokens(template));
        List<Statement> statements = parser.until(Set.of());
        if (parser.peek().kind() != Kind.END) {
            throw parser.unexpected("a tag that is open");
        }
        return statements;
    }

    /** Statements up to a tag of {@code ends}, whose name is the next token then. */
    private List<Statement> until(Set<String> ends) {
        enter();
        List<Statement> statements = new ArrayList<>();
        while (peek().kind() != Kind.END) {
            Token token = next();
            if (token.kind() == Kind.TEXT) {
                statements.add(new Statement.Text(token.text()));
            } else if (token.kind() == Kind.OUTPUT_BEGIN) {
                statements.add(new Statement.Output(expressions()));
                expect(Kind.OUTPUT_END, "}}");
            } else {
                if (ends.contains(peek().text())) {
                    leave();
                    return statements;
                }
                statements.add(statement());
            }
        }
        if (!ends.isEmpty()) {
            throw unexpected("one of " + ends.stream().sorted().toList());
        }
        leave();
        return statements;
    }

    private Statement statement() {
        Token tag = peek();
        return switch (name()) {
            case "if" -> conditional();
            case "for" -> loop();
            case "set" -> assignment();
            case "macro" -> macro();
            case "generation" -> {
                endTag();
                yield new Statement.Marked(body("endgeneration"));
            }
            case "break" -> {
                endTag();
                yield new Statement.Break();
            }
            case "continue" -> {
                endTag();
                yield new Statement.Continue();
            }
            default -> throw new JinjaException("line " + tag.line() + ": the tag '" + tag.text() + "' is not known");
        };
    }

    private void endTag() {
        expect(Kind.BLOCK_END, "%}");
    }

    private List<Statement> body(String end) {
        List<Statement> body = until(Set.of(end));
        next();
        endTag();
        return body;
    }

    private Statement conditional() {
        List<Map.Entry<Expression, List<Statement>>> branches = new ArrayList<>();
        List<Statement> otherwise = List.of();
        while (true) {
            Expression test = expression();
            endTag();
            branches.add(Map.entry(test, until(Set.of("elif", "else", "endif"))));
            String tag = name();
            if (tag.equals("elif")) {
                continue;
            }
            endTag();
            if (tag.equals("else")) {
                otherwise = body("endif");
            }
            return new Statement.If(branches, otherwise);
        }
    }

    private Statement loop() {
        List<String> targets = names();
        expect(Kind.NAME, "in");
        Expression items = unconditional();
        Expression condition = accept(Kind.NAME, "if") ? expression() : null;
        endTag();
        List<Statement> body = until(Set.of("else", "endfor"));
        List<Statement> otherwise = List.of();
        String tag = name();
        endTag();
        if (tag.equals("else")) {
            otherwise = body("endfor");
        }
        return new Statement.For(targets, items, condition, body, otherwise);
    }

    private List<String> names() {
        boolean bracketed = acceptOperator("(");
        List<String> names = new ArrayList<>();
        do {
            names.add(name());
        } while (acceptOperator(","));
        if (bracketed) {
            expect(Kind.OPERATOR, ")");
        }
        return names;
    }

    private Statement assignment() {
        List<String> targets = names();
        if (acceptOperator(".")) {
            String attribute = name();
            expect(Kind.OPERATOR, "=");
            Expression value = expressions();
            endTag();
            return new Statement.AssignAttribute(targets.getFirst(), attribute, value);
        }
        if (acceptOperator("=")) {
            Expression value = expressions();
            endTag();
            return new Statement.Assign(targets, value);
        }
        endTag();
        return new Statement.Capture(targets.getFirst(), body("endset"));
    }

    private Statement macro() {
        String name = name();
        expect(Kind.OPERATOR, "(");
        List<String> parameters = new ArrayList<>();
        Map<String, Expression> defaults = new LinkedHashMap<>();
        while (!acceptOperator(")")) {
            parameters.add(name());
            if (acceptOperator("=")) {
                defaults.put(parameters.getLast(), expression());
            }
            if (!peek().is(Kind.OPERATOR, ")")) {
                expect(Kind.OPERATOR, ",");
            }
        }
        endTag();
        return new Statement.Macro(name, parameters, defaults, body("endmacro"));
    }
}

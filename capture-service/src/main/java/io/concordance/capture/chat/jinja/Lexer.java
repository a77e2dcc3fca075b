package io.concordance.capture.chat.jinja;

import io.concordance.capture.chat.jinja.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Cuts a template into tokens. The first line break after a block tag or comment is dropped, and so is the white space
 * between the start of a line and such a tag; {@code -} at a tag strips all white space on its side, {@code +} none.
 */
final class Lexer {
    private static final List<String> OPERATORS = List.of(
            "//", "**", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "~", "<", ">", "=", ".", ",", ":", "|", "(",
            ")", "[", "]", "{", "}");

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private int line = 1;
    private int counted;
    private boolean lineStart = true;

    private Lexer(String source) {
        this.source = source;
    }

    static List<Token> tokens(String template) {
        String source = template.replace("\r\n", "\n").replace('\r', '\n');
        Lexer lexer = new Lexer(source.endsWith("\n") ? source.substring(0, source.length() - 1) : source);
        lexer.run();
        return lexer.tokens;
    }

    private void run() {
        while (at < source.length()) {
            int open = nextTag();
            if (open < 0) {
                text(source.substring(at));
                at = source.length();
                break;
            }
            char tag = source.charAt(open + 1);
            char sign = open + 2 < source.length() ? source.charAt(open + 2) : ' ';
            text(before(source.substring(at, open), tag, sign));
            at = open + (sign == '-' || sign == '+' ? 3 : 2);
            switch (tag) {
                case '#' -> comment();
                case '%' -> inside(Kind.BLOCK_BEGIN, Kind.BLOCK_END, "%}");
                default -> inside(Kind.OUTPUT_BEGIN, Kind.OUTPUT_END, "}}");
            }
        }
        add(Kind.END, "the end of the template");
    }

    private int nextTag() {
        for (int i = source.indexOf('{', at); i >= 0 && i + 1 < source.length(); i = source.indexOf('{', i + 1)) {
            if ("{%#".indexOf(source.charAt(i + 1)) >= 0) {
                return i;
            }
        }
        return -1;
    }

    private String before(String text, char tag, char sign) {
        if (sign == '-') {
            return text.stripTrailing();
        }
        int start = text.lastIndexOf('\n') + 1;
        boolean indent = tag != '{' && sign != '+' && (start > 0 || lineStart);
        return indent && text.substring(start).isBlank() ? text.substring(0, start) : text;
    }

    private void text(String text) {
        if (!text.isEmpty()) {
            add(Kind.TEXT, text);
        }
    }

    private void comment() {
        int end = source.indexOf("#}", at);
        if (end < 0) {
            throw new JinjaException("line " + line() + ": a comment that does not end");
        }
        at = end + 2;
        after(source.charAt(end - 1), true);
    }

    /** Drops what a tag takes with it behind its end. */
    private void after(char sign, boolean block) {
        if (sign == '-') {
            while (at < source.length() && Character.isWhitespace(source.charAt(at))) {
                at++;
            }
        } else if (block && sign != '+' && source.startsWith("\n", at)) {
            at++;
        }
        lineStart = at > 0 && source.charAt(at - 1) == '\n';
    }

    private void inside(Kind begin, Kind end, String close) {
        add(begin, "{" + (begin == Kind.BLOCK_BEGIN ? "%" : "{"));
        Deque<String> open = new ArrayDeque<>();
        while (true) {
            while (at < source.length() && Character.isWhitespace(source.charAt(at))) {
                at++;
            }
            if (at >= source.length()) {
                throw new JinjaException("line " + line() + ": a tag that does not end");
            }
            char c = source.charAt(at);
            boolean signed = (c == '-' || c == '+') && source.startsWith(close, at + 1);
            if (open.isEmpty() && (signed || source.startsWith(close, at))) {
                add(end, close);
                at += close.length() + (signed ? 1 : 0);
                after(signed ? c : ' ', end == Kind.BLOCK_END);
                return;
            }
            if (c == '\'' || c == '"') {
                string(c);
            } else if (Character.isDigit(c)) {
                number();
            } else if (Character.isJavaIdentifierStart(c) && c != '$') {
                name();
            } else {
                operator(open);
            }
        }
    }

    private void name() {
        int from = at;
        while (at < source.length() && Character.isJavaIdentifierPart(source.charAt(at))) {
            at++;
        }
        add(Kind.NAME, source.substring(from, at));
    }

    private void number() {
        int from = at;
        digits();
        boolean fraction =
                source.startsWith(".", at) && at + 1 < source.length() && Character.isDigit(source.charAt(at + 1));
        if (fraction) {
            at++;
            digits();
        }
        add(fraction ? Kind.FLOAT : Kind.INTEGER, source.substring(from, at).replace("_", ""));
    }

    private void digits() {
        while (at < source.length() && (Character.isDigit(source.charAt(at)) || source.charAt(at) == '_')) {
            at++;
        }
    }

    private void operator(Deque<String> open) {
        for (String operator : OPERATORS) {
            if (source.startsWith(operator, at)) {
                switch (operator) {
                    case "(", "[", "{" -> open.push(operator);
                    case ")", "]", "}" -> close(open, operator);
                    default -> {}
                }
                add(Kind.OPERATOR, operator);
                at += operator.length();
                return;
            }
        }
        throw new JinjaException("line " + line() + ": unexpected '" + source.charAt(at) + "'");
    }

    private void close(Deque<String> open, String bracket) {
        String opened = open.poll();
        if (opened == null || "([{".indexOf(opened) != ")]}".indexOf(bracket)) {
            throw new JinjaException("line " + line() + ": unexpected '" + bracket + "'");
        }
    }

    private void string(char quote) {
        StringBuilder value = new StringBuilder();
        for (at++; at < source.length() && source.charAt(at) != quote; at++) {
            char c = source.charAt(at);
            if (c != '\\' || at + 1 == source.length()) {
                value.append(c);
                continue;
            }
            char escaped = source.charAt(++at);
            switch (escaped) {
                case 'n' -> value.append('\n');
                case 't' -> value.append('\t');
                case 'r' -> value.append('\r');
                case '\\', '\'', '"' -> value.append(escaped);
                case '\n' -> {}
                case 'x' -> value.append(coded(2));
                case 'u' -> value.append(coded(4));
                default -> value.append('\\').append(escaped);
            }
        }
        if (at >= source.length()) {
            throw new JinjaException("line " + line() + ": a string that does not end");
        }
        at++;
        add(Kind.STRING, value.toString());
    }

    private char coded(int digits) {
        try {
            char c = (char) Integer.parseInt(source.substring(at + 1, at + 1 + digits), 16);
            at += digits;
            return c;
        } catch (NumberFormatException | StringIndexOutOfBoundsException e) {
            throw new JinjaException("line " + line() + ": an escape without " + digits + " hex digits");
        }
    }

    private void add(Kind kind, String text) {
        tokens.add(new Token(kind, text, line()));
    }

    private int line() {
        int to = Math.min(at, source.length());
        for (; counted < to; counted++) {
            if (source.charAt(counted) == '\n') {
                line++;
            }
        }
        return line;
    }
}

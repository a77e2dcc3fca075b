package io.concordance.local;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The little JSON that {@code stack.json} needs: nested objects of strings and integers. Read, it becomes one map with
 * dotted names. It exists because this part of the module may use nothing but the JDK.
 */
final class FlatJson {
    private final String text;
    private final Map<String, String> fields = new LinkedHashMap<>();
    private int at;

    private FlatJson(String text) {
        this.text = text;
    }

    /**
     * Reads one object.
     *
     * @throws IllegalArgumentException if the text is anything but nested objects of strings and integers
     */
    static Map<String, String> read(String text) {
        FlatJson reader = new FlatJson(text);
        reader.object("");
        if (reader.peek() != 0) {
            throw reader.unexpected("the end");
        }
        return reader.fields;
    }

    /** Writes maps, strings and numbers, indented by two spaces, with a newline at the end. */
    static String write(Map<String, ?> root) {
        StringBuilder out = new StringBuilder();
        write(root, out, "\n");
        return out.append('\n').toString();
    }

    private static void write(Map<?, ?> node, StringBuilder out, String newline) {
        String separator = "{";
        for (Map.Entry<?, ?> entry : node.entrySet()) {
            out.append(separator).append(newline).append("  ");
            quote(entry.getKey().toString(), out);
            out.append(": ");
            switch (entry.getValue()) {
                case Map<?, ?> child -> write(child, out, newline + "  ");
                case Number number -> out.append(number);
                case Object value -> quote(value.toString(), out);
            }
            separator = ",";
        }
        out.append(newline).append('}');
    }

    private static void quote(String value, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }

    private void object(String prefix) {
        expect('{');
        if (peek() == '}') {
            at++;
            return;
        }
        do {
            String name = prefix + string();
            expect(':');
            switch (peek()) {
                case '{' -> object(name + ".");
                case '"' -> fields.put(name, string());
                default -> fields.put(name, integer());
            }
        } while (accept(','));
        expect('}');
    }

    private String string() {
        expect('"');
        StringBuilder out = new StringBuilder();
        while (at < text.length() && text.charAt(at) != '"') {
            char c = text.charAt(at++);
            if (c != '\\') {
                out.append(c);
            } else if (at < text.length() && text.charAt(at) == 'u' && at + 5 <= text.length()) {
                out.append((char) Integer.parseInt(text, at + 1, at + 5, 16));
                at += 5;
            } else if (at < text.length() && "\"\\/".indexOf(text.charAt(at)) >= 0) {
                out.append(text.charAt(at++));
            } else {
                throw unexpected("an escape");
            }
        }
        if (at == text.length()) {
            throw unexpected("a closing quote");
        }
        at++;
        return out.toString();
    }

    private String integer() {
        int from = at;
        while (at < text.length() && (Character.isDigit(text.charAt(at)) || text.charAt(at) == '-')) {
            at++;
        }
        if (from == at) {
            throw unexpected("an object, a string or an integer");
        }
        return text.substring(from, at);
    }

    private boolean accept(char c) {
        if (peek() != c) {
            return false;
        }
        at++;
        return true;
    }

    private void expect(char c) {
        if (!accept(c)) {
            throw unexpected("'" + c + "'");
        }
    }

    /** The next character after white space, or 0 at the end. */
    private char peek() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at < text.length() ? text.charAt(at) : 0;
    }

    private IllegalArgumentException unexpected(String wanted) {
        return new IllegalArgumentException("JSON: expected " + wanted + " at character " + at);
    }
}

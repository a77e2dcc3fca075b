package io.concordance.interp.label;

import java.util.Arrays;
import java.util.stream.Collectors;

/** How a token id reads. */
@FunctionalInterface
public interface TokenText {
    /** Text of one token; a stand-in such as {@code #17} when no tokenizer is at hand. */
    String of(int token);

    /** Text of a row of tokens, as a tokenizer would read it. */
    default String of(int[] tokens) {
        return Arrays.stream(tokens).mapToObj(this::of).collect(Collectors.joining());
    }

    /** Token ids as they are. */
    static TokenText ids() {
        return token -> "#" + token;
    }

    /** A token as it is named in a label: in backticks, with spaces and control characters visible. */
    default String quoted(int token) {
        StringBuilder visible = new StringBuilder("`");
        of(token).codePoints().forEach(c -> {
            switch (c) {
                case ' ' -> visible.append('␣');
                case '\n' -> visible.append("\\n");
                case '\t' -> visible.append("\\t");
                case '\r' -> visible.append("\\r");
                case '`' -> visible.append('\'');
                default -> {
                    if (Character.isISOControl(c)) {
                        visible.append(String.format("\\u%04x", c));
                    } else {
                        visible.appendCodePoint(c);
                    }
                }
            }
        });
        return visible.append('`').toString();
    }
}

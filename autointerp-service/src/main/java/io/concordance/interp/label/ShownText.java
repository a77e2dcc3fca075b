package io.concordance.interp.label;

import io.concordance.contracts.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.function.IntPredicate;

/**
 * Windows as they stand in a prompt: one line each, as a JSON string, so that nothing in them can begin a line of its own.
 * Marks are {@code <<} and {@code >>}; where the text itself has them they are written {@code ‹‹} and {@code ››}.
 */
public final class ShownText {
    private static final int LEVELS = 10;

    private ShownText() {}

    public static String plain(Window window) {
        return marked(window, i -> false);
    }

    /** With marks around each run of tokens that {@code marked} holds for. */
    public static String marked(Window window, IntPredicate marked) {
        StringBuilder text = new StringBuilder();
        int size = window.tokens().size();
        for (int i = 0; i < size; i++) {
            boolean now = marked.test(i);
            if (now && (i == 0 || !marked.test(i - 1))) {
                text.append("<<");
            }
            text.append(safe(window.tokens().get(i)));
            if (now && (i + 1 == size || !marked.test(i + 1))) {
                text.append(">>");
            }
        }
        return quoted(text.toString());
    }

    /** A token as it stands in a list. */
    public static String token(String token) {
        return quoted(safe(token));
    }

    private static String safe(String token) {
        return token.replace("<<", "‹‹").replace(">>", "››");
    }

    private static String quoted(String text) {
        return new String(Json.bytes(text), StandardCharsets.UTF_8);
    }

    /** An activation on the scale of 0 to 10, where 10 is {@code maximum}; anything that fires is at least 1. */
    public static int level(float activation, float maximum) {
        return activation <= 0 ? 0 : Math.clamp(Math.round(LEVELS * activation / maximum), 1, LEVELS);
    }
}

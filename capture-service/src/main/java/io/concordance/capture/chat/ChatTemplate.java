package io.concordance.capture.chat;

import java.util.Map;

/**
 * A model's chat template.
 *
 * @param source Jinja
 * @param tokens texts of special tokens by the name that templates use, such as {@code bos_token}
 */
public record ChatTemplate(String source, Map<String, String> tokens) {
    public ChatTemplate {
        tokens = Map.copyOf(tokens);
    }
}

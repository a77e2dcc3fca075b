package io.concordance.interp.chat;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A question.
 *
 * @param messages in order, the system's first
 * @param maxTokens longest answer
 */
public record ChatPrompt(List<Message> messages, int maxTokens) {
    /** Room for what a chat template puts around a message. */
    private static final int FRAME_TOKENS = 16;

    public ChatPrompt {
        messages = List.copyOf(messages);
    }

    /** @param role {@code system}, {@code user} or {@code assistant} */
    public record Message(String role, String content) {}

    /** More tokens than the question can have: no token is shorter than a byte. */
    int tokenBound() {
        return messages.stream()
                .mapToInt(m -> m.content().getBytes(StandardCharsets.UTF_8).length + FRAME_TOKENS)
                .sum();
    }
}

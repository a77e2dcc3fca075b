package io.concordance.capture.chat;

import io.concordance.capture.chat.jinja.JinjaException;
import io.concordance.capture.chat.jinja.JinjaTemplate;
import io.concordance.contracts.transcript.Span;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts conversations through a chat template. Spans in a row with one role are one message; summaries are in none. Text
 * that the template itself writes is {@link Span.Kind#RAW}. Thread-safe.
 */
public final class ChatRenderer {
    private static final int LONGEST = 1 << 23;
    private static final int MAX_MESSAGES = 1_000;

    private final ChatTemplate template;
    private final JinjaTemplate jinja;

    private ChatRenderer(ChatTemplate template, JinjaTemplate jinja) {
        this.template = template;
        this.jinja = jinja;
    }

    /** @throws ChatTemplateException when the template cannot be read */
    public static ChatRenderer of(ChatTemplate template) {
        try {
            return new ChatRenderer(template, JinjaTemplate.compile(template.source()));
        } catch (JinjaException e) {
            throw new ChatTemplateException("cannot be read: " + e.getMessage());
        }
    }

    /**
     * The conversation as the model reads it: spans whose texts joined are the rendered text. One that does not end with
     * the assistant is rendered up to where the assistant would begin, as in deployment.
     *
     * @throws ChatTemplateException when the template raises, renders nothing, or rewrites what was said
     */
    public List<Span> render(List<Span> spans) {
        List<Message> messages = Message.of(spans);
        if (messages.size() > MAX_MESSAGES) {
            throw new ChatTemplateException("is given " + messages.size() + " messages, more than " + MAX_MESSAGES);
        }
        String text = text(messages);
        if (text.isEmpty() && !messages.isEmpty()) {
            throw new ChatTemplateException("renders nothing of " + messages.size() + " messages");
        }
        return SpanTrace.of(messages, text, text(messages, SpanTrace::placeholder));
    }

    /** As {@link #render}, but a last message of the assistant stays open: nothing follows what it says so far. */
    public List<Span> renderOpen(List<Span> spans) {
        List<Span> rendered = render(spans);
        List<Message> messages = Message.of(spans);
        if (messages.isEmpty() || !messages.getLast().role().equals("assistant")) {
            return rendered;
        }
        int end = rendered.size();
        while (end > 0 && rendered.get(end - 1).role().equals(SpanTrace.TEMPLATE)) {
            end--;
        }
        return List.copyOf(rendered.subList(0, end));
    }

    /** The rendered text alone. */
    String text(List<Message> messages) {
        return text(messages, null);
    }

    private String text(List<Message> messages, java.util.function.@Nullable IntFunction<String> instead) {
        Map<String, Object> values = new HashMap<>(template.tokens());
        List<Map<String, String>> turns = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            String content = instead == null ? messages.get(i).text() : instead.apply(i);
            turns.add(Map.of("role", messages.get(i).role(), "content", content));
        }
        values.put("messages", turns);
        values.put("tools", JinjaTemplate.NONE);
        values.put("documents", JinjaTemplate.NONE);
        values.put(
                "add_generation_prompt",
                messages.isEmpty() || !messages.getLast().role().equals("assistant"));
        try {
            return jinja.render(values, LONGEST);
        } catch (JinjaException e) {
            throw new ChatTemplateException(String.valueOf(e.getMessage()));
        }
    }
}

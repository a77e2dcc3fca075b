package io.concordance.capture.generation;

import io.concordance.capture.chat.ChatRenderer;
import io.concordance.capture.chat.ChatTemplate;
import io.concordance.capture.chat.ChatTemplateException;
import io.concordance.capture.model.RegisteredModel;
import io.concordance.contracts.transcript.Span;
import io.concordance.contracts.transcript.Transcript;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the transcripts of an arm become what the model reads: the arm's system prompt in front, roles through the model's
 * chat template. Without a template texts are joined as they are, the system prompt first. Thread-safe.
 */
public final class ArmText {
    private final @Nullable ChatRenderer renderer;
    private final @Nullable String systemPrompt;

    private ArmText(@Nullable ChatRenderer renderer, @Nullable String systemPrompt) {
        this.renderer = renderer;
        this.systemPrompt = systemPrompt;
    }

    /** @throws ChatTemplateException when the template cannot be read */
    public static ArmText of(@Nullable ChatTemplate template, @Nullable String systemPrompt) {
        return new ArmText(template == null ? null : ChatRenderer.of(template), systemPrompt);
    }

    /** As {@link #of(ChatTemplate, String)}, with the template that the model was registered with. */
    public static ArmText of(RegisteredModel model, @Nullable String systemPrompt) {
        if (model.chatTemplate() == null) {
            return of((ChatTemplate) null, systemPrompt);
        }
        Map<String, String> tokens = new HashMap<>();
        if (model.bosToken() != null) {
            tokens.put("bos_token", model.bosToken());
        }
        if (model.eosToken() != null) {
            tokens.put("eos_token", model.eosToken());
        }
        return of(new ChatTemplate(model.chatTemplate(), tokens), systemPrompt);
    }

    /** Whether roles are rendered, special tokens included. */
    public boolean hasTemplate() {
        return renderer != null;
    }

    /** The transcript as the arm has it: with the system prompt as the beginning of its system turn. */
    public Transcript instructed(Transcript transcript) {
        if (systemPrompt == null) {
            return transcript;
        }
        boolean joins = renderer != null
                && transcript.spans().stream()
                        .filter(span -> span.kind() != Span.Kind.SUMMARY)
                        .findFirst()
                        .filter(span -> span.role().equals("system"))
                        .isPresent();
        List<Span> spans = new ArrayList<>();
        spans.add(new Span(
                Span.Kind.RAW, "system", joins ? systemPrompt + "\n\n" : systemPrompt, Map.of("from", "systemPrompt")));
        spans.addAll(transcript.spans());
        return new Transcript(transcript.id(), spans, transcript.outcome(), transcript.tags());
    }

    /** All spans as the model reads them; the text is theirs joined. */
    public List<Span> read(Transcript transcript) {
        if (renderer == null) {
            return transcript.spans();
        }
        try {
            return renderer.render(transcript.spans());
        } catch (ChatTemplateException e) {
            throw e.about(transcript.id());
        }
    }

    /** The spans before the first that the model wrote, as it reads them when it is its turn. */
    public List<Span> prompt(Transcript transcript) {
        List<Span> given = given(transcript);
        if (renderer == null) {
            return given;
        }
        try {
            return renderer.renderOpen(given);
        } catch (ChatTemplateException e) {
            throw e.about(transcript.id());
        }
    }

    static List<Span> given(Transcript transcript) {
        return transcript.spans().stream()
                .takeWhile(span -> span.kind() != Span.Kind.OUTPUT)
                .toList();
    }
}

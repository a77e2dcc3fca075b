package io.concordance.capture.generation;

import io.concordance.capture.generation.Writer.Prompt;
import io.concordance.capture.intervention.ArmEdits;
import io.concordance.capture.model.CausalModel;
import io.concordance.capture.model.TokenizedDocument;
import io.concordance.contracts.transcript.Span;
import io.concordance.contracts.transcript.Transcript;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lets a model write after the prompts of an arm.
 *
 * @param end text of the model's own end token, which ends every text; null when none is known
 * @param provenance what the new spans say of themselves
 * @param batchTokens tokens of a batch, written ones included
 */
public record Continuations(
        ArmText text, Generation settings, @Nullable String end, Map<String, String> provenance, int batchTokens) {

    /** @param transcripts as the arm has them; what the model wrote in them is written anew */
    public List<WrittenDocument> write(CausalModel model, List<Transcript> transcripts, ArmEdits edits) {
        List<Prompt> prompts = new ArrayList<>();
        List<Boolean> cut = new ArrayList<>();
        for (Transcript transcript : transcripts) {
            int[] tokens =
                    model.tokens(text.prompt(transcript), !text.hasTemplate()).tokens();
            cut.add(tokens.length > model.context());
            prompts.add(new Prompt(transcript.id(), Arrays.copyOf(tokens, Math.min(tokens.length, model.context()))));
        }
        int[] ends = ends(model);
        List<int[]> written = new Writer(model, settings, ends, batchTokens)
                .write(prompts, together -> new WritingEdits(edits, together));
        List<WrittenDocument> documents = new ArrayList<>();
        for (int i = 0; i < transcripts.size(); i++) {
            documents.add(document(model, transcripts.get(i), written.get(i), ends, cut.get(i)));
        }
        return documents;
    }

    private int[] ends(CausalModel model) {
        if (end == null || end.isEmpty()) {
            return new int[0];
        }
        TokenizedDocument tokens = model.tokens(List.of(new Span(Span.Kind.RAW, "assistant", end)), false);
        return tokens.length() == 1 ? tokens.tokens() : new int[0];
    }

    private WrittenDocument document(CausalModel model, Transcript given, int[] written, int[] ends, boolean cut) {
        int spoken = written.length;
        // A chat template ends the turn itself when the transcript is read again.
        if (text.hasTemplate() && spoken > 0 && ends.length == 1 && written[spoken - 1] == ends[0]) {
            spoken--;
        }
        String said = model.text(Arrays.copyOf(written, spoken));
        List<Span> spans = new ArrayList<>(ArmText.given(given));
        spans.add(new Span(Span.Kind.OUTPUT, "assistant", said, provenance));
        return new WrittenDocument(
                new Transcript(given.id(), spans, settings.outcome(said), given.tags()),
                Arrays.stream(written).boxed().toList(),
                cut);
    }

    /** What is run again: the prompt and the written tokens as they were chosen. */
    public TokenizedDocument replayed(WrittenDocument document, PromptTokens tokens, int context) {
        TokenizedDocument prompt = tokens.of(text.prompt(document.transcript()), !text.hasTemplate());
        int kept = Math.min(prompt.length(), context);
        int[] output = document.outputTokens();
        int length = Math.min(kept + output.length, context);
        int[] ids = Arrays.copyOf(prompt.tokens(), length);
        byte[] spans = Arrays.copyOf(prompt.spans(), length);
        for (int i = kept; i < length; i++) {
            ids[i] = output[i - kept];
            spans[i] = Span.Kind.OUTPUT.code();
        }
        return new TokenizedDocument(ids, spans, document.cut());
    }

    /** Tokens of spans joined, not cut; without the special tokens of any text when the second is false. */
    @FunctionalInterface
    public interface PromptTokens {
        TokenizedDocument of(List<Span> spans, boolean special);
    }
}

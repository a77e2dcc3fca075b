package io.concordance.capture.slice;

import io.concordance.capture.job.ContextPolicy;
import io.concordance.capture.model.HookedModel;
import io.concordance.capture.model.ModelRunException;
import io.concordance.capture.model.TokenizedDocument;
import io.concordance.contracts.shard.ShardRows;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.contracts.transcript.Transcript;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A document as the model reads it.
 *
 * @param windows where the runs of the model begin and end in its tokens, in order and without gaps; none when it has no
 *     tokens
 * @param truncated true when tokens were cut off
 */
public record ReadDocument(
        String id, Outcome outcome, int[] tokens, byte[] spans, List<Window> windows, boolean truncated) {

    /** Positions {@code [from, to)}. */
    public record Window(int from, int to) {
        public int length() {
            return to - from;
        }
    }

    /**
     * @throws ModelRunException naming a document that is longer than the context, where that is refused
     */
    public static ReadDocument of(Transcript transcript, HookedModel model, ContextPolicy policy) {
        return of(
                transcript,
                policy == ContextPolicy.TRUNCATE ? model.tokenize(transcript) : model.tokenizeWhole(transcript),
                model.context(),
                policy);
    }

    /**
     * As {@link #of(Transcript, HookedModel, ContextPolicy)}, from tokens.
     *
     * @param context longest text the model reads, tokens
     */
    static ReadDocument of(Transcript transcript, TokenizedDocument read, int context, ContextPolicy policy) {
        if (policy == ContextPolicy.REFUSE && (read.truncated() || read.length() > context)) {
            throw new ModelRunException("document '" + transcript.id() + "' has " + read.length()
                    + " tokens, the model's context " + context
                    + "; contextPolicy truncate or window would take it");
        }
        List<Window> windows = new ArrayList<>();
        for (int from = 0; from < read.length(); from += context) {
            windows.add(new Window(from, Math.min(from + context, read.length())));
        }
        return new ReadDocument(
                transcript.id(), transcript.outcome(), read.tokens(), read.spans(), windows, read.truncated());
    }

    public int length() {
        return tokens.length;
    }

    public int[] tokens(Window window) {
        return window.length() == tokens.length ? tokens : Arrays.copyOfRange(tokens, window.from, window.to);
    }

    ShardRows.Document rows() {
        return new ShardRows.Document(id, outcome, tokens, spans);
    }
}

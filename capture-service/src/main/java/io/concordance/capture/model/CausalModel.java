package io.concordance.capture.model;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.concordance.capture.model.graph.EditSite;
import io.concordance.capture.model.graph.EditSurgery;
import io.concordance.capture.model.graph.NextToken;
import io.concordance.contracts.transcript.Span;
import java.nio.file.Path;
import java.util.List;

/** A causal model ready to continue texts. Thread-safe. */
public final class CausalModel implements AutoCloseable {
    private final RegisteredModel model;
    private final TextTokenizer tokenizer;
    private final DecoderSession session;

    private CausalModel(RegisteredModel model, TextTokenizer tokenizer, DecoderSession session) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.session = session;
    }

    /**
     * @param logits output with the next-token logits, {@code [batch, sequence, vocabulary]}
     * @param sites where runs may change values
     */
    public static CausalModel open(
            RegisteredModel registered, String logits, List<EditSite> sites, ModelProto onnx, Path tokenizerFile) {
        NextToken.Surgery surgery = NextToken.of(EditSurgery.editable(onnx, sites), logits);
        DecoderSession session = DecoderSession.open(surgery, sites);
        try {
            return new CausalModel(registered, TextTokenizer.open(tokenizerFile), session);
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }

    /** Longest text, tokens. */
    public int context() {
        return model.context();
    }

    /** Whether texts of different lengths may be continued together. */
    public boolean mixesLengths() {
        return !session.hasCache() && model.padding();
    }

    /** Whether keys and values of earlier tokens are kept from step to step. */
    public boolean hasCache() {
        return session.hasCache();
    }

    /**
     * Tokens of spans joined, not cut.
     *
     * @param special whether the tokenizer adds the special tokens it would add to any text
     */
    public TokenizedDocument tokens(List<Span> spans, boolean special) {
        return tokenizer.encode(spans, Integer.MAX_VALUE, special);
    }

    /** The text of tokens, special ones as they are written. */
    public String text(int[] tokens) {
        return tokenizer.decode(tokens);
    }

    /**
     * Starts to continue texts.
     *
     * @param prompts at least one token each; of one length if lengths may not be mixed
     */
    public Decoding begin(List<int[]> prompts, Decoding.EditsAt edits) {
        boolean oneLength = prompts.stream().mapToInt(p -> p.length).distinct().count() == 1;
        if (!oneLength && !mixesLengths()) {
            throw new IllegalArgumentException("texts of different lengths");
        }
        return session.hasCache()
                ? new CachedDecoding(session, prompts, edits)
                : new PrefixDecoding(session, prompts, edits);
    }

    @Override
    public void close() {
        try (session) {
            tokenizer.close();
        }
    }
}

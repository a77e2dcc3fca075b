package io.concordance.capture.model;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.concordance.capture.model.OnnxSession.Target;
import io.concordance.capture.model.graph.EditSite;
import io.concordance.capture.model.graph.EditSurgery;
import io.concordance.capture.model.graph.HookSurgery;
import io.concordance.capture.model.graph.OnnxFile;
import io.concordance.contracts.tensor.DType;
import io.concordance.contracts.transcript.Span;
import io.concordance.contracts.transcript.Transcript;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A model ready to give activations at fixed hook points in one precision. Thread-safe. */
public final class HookedModel implements AutoCloseable {
    private final RegisteredModel model;
    private final List<HookPoint> hooks;
    private final DType dtype;
    private final StoredPrecision stored;
    private final TextTokenizer tokenizer;
    private final OnnxSession session;

    private HookedModel(
            RegisteredModel model, List<HookPoint> hooks, DType dtype, TextTokenizer tokenizer, OnnxSession session) {
        this.model = model;
        this.hooks = List.copyOf(hooks);
        this.dtype = dtype;
        this.stored = StoredPrecision.of(dtype);
        this.tokenizer = tokenizer;
        this.session = session;
    }

    /** Receives the activations of one document at one hook. */
    @FunctionalInterface
    public interface Rows {
        /**
         * @param hook index of the hook point
         * @param document row of the batch
         * @param activations {@code [positions, width]} in the model's dtype, valid during the call only
         */
        void accept(int hook, int document, MemorySegment activations);
    }

    /** A model outside the registry, from its files. */
    public static HookedModel open(
            RegisteredModel registered, List<HookPoint> hooks, DType dtype, Path onnx, Path tokenizer) {
        return open(registered, hooks, dtype, List.of(), onnx, tokenizer);
    }

    /** As {@link #open(RegisteredModel, List, DType, Path, Path)}, with sites where runs may change values. */
    public static HookedModel open(
            RegisteredModel registered,
            List<HookPoint> hooks,
            DType dtype,
            List<EditSite> sites,
            Path onnx,
            Path tokenizer) {
        return open(registered, hooks, dtype, sites, OnnxFile.read(onnx), tokenizer);
    }

    static HookedModel open(
            RegisteredModel registered, List<HookPoint> hooks, DType dtype, ModelProto onnx, Path tokenizerFile) {
        return open(registered, hooks, dtype, List.of(), onnx, tokenizerFile);
    }

    static HookedModel open(
            RegisteredModel registered,
            List<HookPoint> hooks,
            DType dtype,
            List<EditSite> sites,
            ModelProto onnx,
            Path tokenizerFile) {
        return open(registered, hooks, dtype, sites, onnx, tokenizerFile, Device.cpu());
    }

    /** @param sites where runs may change values; hooks there give the changed ones */
    static HookedModel open(
            RegisteredModel registered,
            List<HookPoint> hooks,
            DType dtype,
            List<EditSite> sites,
            ModelProto onnx,
            Path tokenizerFile,
            Device device) {
        StoredPrecision stored = StoredPrecision.of(dtype);
        OnnxSession session = OnnxSession.open(
                HookSurgery.truncated(
                        EditSurgery.editable(onnx, sites),
                        hooks.stream().map(HookPoint::tensor).toList(),
                        stored.cast),
                sites,
                device);
        try {
            return new HookedModel(registered, hooks, dtype, TextTokenizer.open(tokenizerFile), session);
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }

    public List<HookPoint> hooks() {
        return hooks;
    }

    /** True when documents of different lengths may share a batch. */
    public boolean padding() {
        return model.padding();
    }

    /** All of the transcript's tokens. */
    public TokenizedDocument tokenizeWhole(Transcript transcript) {
        return tokenizer.encode(transcript, Integer.MAX_VALUE);
    }

    /**
     * Tokens of spans joined.
     *
     * @param cut whether they end at the model's context
     * @param special whether the tokenizer adds the special tokens it would add to any text
     */
    public TokenizedDocument tokens(List<Span> spans, boolean cut, boolean special) {
        return tokenizer.encode(spans, cut ? model.context() : Integer.MAX_VALUE, special);
    }

    /** The transcript's tokens, cut to the model's context. */
    public TokenizedDocument tokenize(Transcript transcript) {
        return tokenizer.encode(transcript, model.context());
    }

    /** Longest document the model reads, tokens. */
    public int context() {
        return model.context();
    }

    /** Bytes of one token position over all hooks. */
    public long rowBytes() {
        return hooks.stream().mapToLong(HookPoint::width).sum() * dtype.bytes();
    }

    /** As {@link #run(TokenBatch, Edits, MemorySegment, Rows)}, unmodified and in memory of its own. */
    public void run(TokenBatch batch, Rows rows) {
        run(batch, Edits.NONE, rows);
    }

    /** As {@link #run(TokenBatch, Edits, MemorySegment, Rows)}, in memory of its own. */
    public void run(TokenBatch batch, Edits edits, Rows rows) {
        try (Arena arena = Arena.ofConfined()) {
            run(batch, edits, arena.allocate(batch.ids().length * rowBytes(), Long.BYTES), rows);
        }
    }

    /** As {@link #run(TokenBatch, Edits, MemorySegment, Rows)}, unmodified. */
    public void run(TokenBatch batch, MemorySegment outputs, Rows rows) {
        run(batch, Edits.NONE, outputs, rows);
    }

    /**
     * Runs a batch. Padding is never handed on. A hook at an edited tensor gives the value after the edit.
     *
     * @param outputs native memory for all positions, padding included: at least {@code rows * length *}
     *     {@link #rowBytes} bytes, which the run overwrites
     * @throws ModelRunException when the model fails
     * @throws NotFiniteException when an activation is not finite in this precision
     */
    public void run(TokenBatch batch, Edits edits, MemorySegment outputs, Rows rows) {
        List<Target> targets = new ArrayList<>();
        long at = 0;
        for (int h = 0; h < hooks.size(); h++) {
            long[] shape = {batch.rows(), batch.length(), hooks.get(h).width()};
            long bytes = shape[0] * shape[1] * shape[2] * dtype.bytes();
            targets.add(new Target(HookSurgery.output(h), outputs.asSlice(at, bytes), shape, stored.tensor));
            at += bytes;
        }
        session.runInto(batch, edits, targets);
        for (int h = 0; h < hooks.size(); h++) {
            long rowBytes = (long) hooks.get(h).width() * dtype.bytes();
            for (int d = 0; d < batch.rows(); d++) {
                MemorySegment document =
                        targets.get(h).memory().asSlice(d * batch.length() * rowBytes, batch.lengths()[d] * rowBytes);
                long wrong = stored.firstNotFinite(document);
                if (wrong >= 0) {
                    throw new NotFiniteException(
                            hooks.get(h).name(), d, (int) (wrong / hooks.get(h).width()), stored.limits);
                }
                rows.accept(h, d, document);
            }
        }
    }

    @Override
    public void close() {
        try (session) {
            tokenizer.close();
        }
    }
}

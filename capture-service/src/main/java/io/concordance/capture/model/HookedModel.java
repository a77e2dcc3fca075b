package io.concordance.capture.model;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnxruntime.OnnxJavaType;
import io.concordance.capture.model.OnnxSession.Target;
import io.concordance.capture.model.graph.HookSurgery;
import io.concordance.capture.model.graph.HookSurgery.Precision;
import io.concordance.contracts.tensor.DType;
import io.concordance.contracts.transcript.Transcript;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A model ready to give activations at fixed hook points in one precision. Thread-safe. */
public final class HookedModel implements AutoCloseable {
    private final RegisteredModel model;
    private final List<HookPoint> hooks;
    private final DType dtype;
    private final TextTokenizer tokenizer;
    private final OnnxSession session;

    private HookedModel(
            RegisteredModel model, List<HookPoint> hooks, DType dtype, TextTokenizer tokenizer, OnnxSession session) {
        this.model = model;
        this.hooks = List.copyOf(hooks);
        this.dtype = dtype;
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

    static HookedModel open(
            RegisteredModel registered, List<HookPoint> hooks, DType dtype, ModelProto onnx, Path tokenizerFile) {
        Precision precision = dtype == DType.F16 ? Precision.FP16 : Precision.FP32;
        OnnxSession session = OnnxSession.open(HookSurgery.truncated(
                onnx, hooks.stream().map(HookPoint::tensor).toList(), precision));
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

    /** The transcript's tokens, cut to the model's context. */
    public TokenizedDocument tokenize(Transcript transcript) {
        return tokenizer.encode(transcript, model.context());
    }

    /**
     * Runs a batch. Padding is never handed on.
     *
     * @throws ModelRunException when the model fails or an activation is not finite in this precision
     */
    public void run(TokenBatch batch, Rows rows) {
        try (Arena arena = Arena.ofConfined()) {
            List<Target> targets = new ArrayList<>();
            for (int h = 0; h < hooks.size(); h++) {
                long[] shape = {batch.rows(), batch.length(), hooks.get(h).width()};
                long bytes = shape[0] * shape[1] * shape[2] * dtype.bytes();
                targets.add(new Target(
                        HookSurgery.output(h),
                        arena.allocate(bytes, Long.BYTES),
                        shape,
                        dtype == DType.F16 ? OnnxJavaType.FLOAT16 : OnnxJavaType.FLOAT));
            }
            session.runInto(batch, targets);
            for (int h = 0; h < hooks.size(); h++) {
                long rowBytes = (long) hooks.get(h).width() * dtype.bytes();
                for (int d = 0; d < batch.rows(); d++) {
                    MemorySegment document = targets.get(h)
                            .memory()
                            .asSlice(d * batch.length() * rowBytes, batch.lengths()[d] * rowBytes);
                    requireFinite(document, hooks.get(h));
                    rows.accept(h, d, document);
                }
            }
        }
    }

    private void requireFinite(MemorySegment values, HookPoint hook) {
        boolean finite = dtype == DType.F16 ? halvesAreFinite(values) : floatsAreFinite(values);
        if (!finite) {
            throw new ModelRunException("activations at " + hook.name() + " are not finite in "
                    + (dtype == DType.F16 ? "fp16 (largest 65504); fp32 may hold them" : "fp32"));
        }
    }

    /** An IEEE 754 value is not finite exactly when all exponent bits are set. */
    private static boolean halvesAreFinite(MemorySegment values) {
        boolean finite = true;
        for (long i = 0; i < values.byteSize() / Short.BYTES; i++) {
            finite &= (values.getAtIndex(ValueLayout.JAVA_SHORT, i) & 0x7C00) != 0x7C00;
        }
        return finite;
    }

    private static boolean floatsAreFinite(MemorySegment values) {
        boolean finite = true;
        for (long i = 0; i < values.byteSize() / Float.BYTES; i++) {
            finite &= (values.getAtIndex(ValueLayout.JAVA_INT, i) & 0x7F800000) != 0x7F800000;
        }
        return finite;
    }

    @Override
    public void close() {
        try (session) {
            tokenizer.close();
        }
    }
}

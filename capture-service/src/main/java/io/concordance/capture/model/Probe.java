package io.concordance.capture.model;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.concordance.capture.model.OnnxSession.Values;
import io.concordance.capture.model.graph.HookSurgery;
import io.concordance.capture.model.graph.HookSurgery.Precision;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Trial runs of a model on random tokens, always the same ones. */
final class Probe {
    private static final int SEED = 20260101;
    /** Padding may move an activation by rounding, never by more than this, relative to the largest activation. */
    private static final double ROUNDING = 1e-3;

    /** Hooks may keep ONNX Runtime from fusing two operations, never change what they compute. */
    private static final double MAX_DIFFERENCE = 1e-3;

    private final ModelProto model;
    private final List<String> tensors;
    private final List<String> hookOutputs;
    private final int vocabulary;

    Probe(ModelProto model, List<String> tensors, int vocabulary) {
        this.model = model;
        this.tensors = tensors;
        this.hookOutputs =
                IntStream.range(0, tensors.size()).mapToObj(HookSurgery::output).toList();
        this.vocabulary = vocabulary;
    }

    /** Last dimension of each tensor, which must be {@code [batch, sequence, width]} and finite. */
    Map<String, Integer> widths(int length) {
        Map<String, Integer> widths = new LinkedHashMap<>();
        if (tensors.isEmpty()) {
            return widths;
        }
        try (OnnxSession session = truncated()) {
            Map<String, Values> run = session.run(batch(2, length), hookOutputs);
            for (int i = 0; i < tensors.size(); i++) {
                Values values = run.get(HookSurgery.output(i));
                long[] shape = values == null ? new long[0] : values.shape();
                if (values == null || shape.length != 3 || shape[0] != 2 || shape[1] != length || shape[2] < 1) {
                    throw new ModelRunException("'" + tensors.get(i) + "' has shape " + List.of(boxed(shape)));
                }
                for (float value : values.data()) {
                    if (!Float.isFinite(value)) {
                        throw new ModelRunException("'" + tensors.get(i) + "' holds values that are not finite");
                    }
                }
                widths.put(tensors.get(i), Math.toIntExact(shape[2]));
            }
        }
        return widths;
    }

    /**
     * Runs the model as it is and with every hook exposed.
     *
     * @throws ModelRunException when hooks change the model's own outputs by more than rounding
     */
    Parity parity(int length) {
        TokenBatch batch = batch(2, length);
        Map<String, Values> plain;
        List<String> outputs;
        try (OnnxSession session = OnnxSession.open(model)) {
            outputs = session.floatOutputs();
            plain = session.run(batch, outputs);
        }
        try (OnnxSession session = OnnxSession.open(HookSurgery.exposing(model, tensors, Precision.FP32))) {
            Map<String, Values> hooked = session.run(batch, outputs);
            boolean identical = true;
            double largest = 0;
            for (Map.Entry<String, Values> output : plain.entrySet()) {
                float[] a = output.getValue().data();
                Values other = hooked.get(output.getKey());
                float[] b = other == null ? new float[a.length] : other.data();
                for (int i = 0; i < a.length; i++) {
                    if (Float.floatToRawIntBits(a[i]) != Float.floatToRawIntBits(b[i])) {
                        identical = false;
                        double difference = Math.abs((double) a[i] - b[i]);
                        largest = Math.max(largest, Double.isNaN(difference) ? Double.MAX_VALUE : difference);
                    }
                }
            }
            if (largest > MAX_DIFFERENCE) {
                throw new ModelRunException("hooks change its outputs by up to " + largest);
            }
            return new Parity(identical, largest, batch.rows() * length);
        }
    }

    /** The longest input, at most {@code claimed} tokens, that the model runs. */
    int longestInput(int claimed) {
        try (OnnxSession session = tensors.isEmpty() ? OnnxSession.open(model) : truncated()) {
            List<String> outputs = tensors.isEmpty() ? session.floatOutputs() : hookOutputs;
            if (runs(session, outputs, claimed)) {
                return claimed;
            }
            int good = 1;
            int bad = claimed;
            while (bad - good > 1) {
                int middle = (good + bad) >>> 1;
                if (runs(session, outputs, middle)) {
                    good = middle;
                } else {
                    bad = middle;
                }
            }
            return good;
        }
    }

    private boolean runs(OnnxSession session, List<String> outputs, int length) {
        try {
            session.run(batch(1, length), outputs);
            return true;
        } catch (ModelRunException e) {
            return false;
        }
    }

    /** Whether tokens to the right of a document leave its activations alone, whatever they are. */
    boolean paddingIsHarmless(int length) {
        if (tensors.isEmpty() || length < 2) {
            return false;
        }
        int real = length / 2;
        TokenBatch longer = batch(1, length);
        TokenBatch padded = new TokenBatch(length, new int[] {real}, longer.ids());
        TokenBatch alone = new TokenBatch(real, new int[] {real}, Arrays.copyOf(longer.ids(), real));
        try (OnnxSession session = truncated()) {
            Map<String, Values> a = session.run(alone, hookOutputs);
            Map<String, Values> b = session.run(padded, hookOutputs);
            return hookOutputs.stream().allMatch(output -> sameStart(a.get(output), b.get(output)));
        }
    }

    private static boolean sameStart(@Nullable Values a, @Nullable Values b) {
        if (a == null || b == null) {
            return false;
        }
        double scale = 1e-12;
        double difference = 0;
        for (int i = 0; i < a.data().length; i++) {
            scale = Math.max(scale, Math.abs(a.data()[i]));
            difference = Math.max(difference, Math.abs(a.data()[i] - b.data()[i]));
        }
        return difference <= ROUNDING * scale;
    }

    private OnnxSession truncated() {
        return OnnxSession.open(HookSurgery.truncated(model, tensors, Precision.FP32));
    }

    private TokenBatch batch(int rows, int length) {
        Random random = new Random(SEED);
        return TokenBatch.of(IntStream.range(0, rows)
                .mapToObj(r -> random.ints(length, 0, vocabulary).toArray())
                .toList());
    }

    private static Long[] boxed(long[] shape) {
        return Arrays.stream(shape).boxed().toArray(Long[]::new);
    }
}

package io.concordance.capture.model;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.concordance.capture.model.OnnxSession.Values;
import io.concordance.capture.model.graph.HookSurgery;
import io.concordance.capture.model.graph.HookSurgery.Precision;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

    static final int ROWS = 2;

    private final ModelProto model;
    private final int vocabulary;

    Probe(ModelProto model, int vocabulary) {
        this.model = model;
        this.vocabulary = vocabulary;
    }

    /**
     * Shape of each tensor in a run of {@link #ROWS} times {@code length} tokens.
     *
     * @throws ModelRunException when one is no tensor of finite numbers
     */
    Map<String, long[]> shapes(List<String> tensors, int length) {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        if (tensors.isEmpty()) {
            return shapes;
        }
        try (OnnxSession session = truncated(tensors)) {
            Map<String, Values> run = session.run(batch(ROWS, length), outputs(tensors));
            for (int i = 0; i < tensors.size(); i++) {
                Values values = Objects.requireNonNull(run.get(HookSurgery.output(i)));
                for (float value : values.data()) {
                    if (!Float.isFinite(value)) {
                        throw new ModelRunException("'" + tensors.get(i) + "' holds values that are not finite");
                    }
                }
                shapes.put(tensors.get(i), values.shape());
            }
        }
        return shapes;
    }

    /**
     * Runs a model as it came and with every hook exposed.
     *
     * @param asItCame the model before any surgery
     * @throws ModelRunException when hooks change the model's own outputs by more than rounding
     */
    Parity parity(ModelProto asItCame, List<String> tensors, int length) {
        TokenBatch batch = batch(ROWS, length);
        Map<String, Values> plain;
        List<String> outputs;
        try (OnnxSession session = OnnxSession.open(asItCame)) {
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
    int longestInput(List<String> tensors, int claimed) {
        try (OnnxSession session = tensors.isEmpty() ? OnnxSession.open(model) : truncated(tensors)) {
            List<String> outputs = tensors.isEmpty() ? session.floatOutputs() : outputs(tensors);
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
    boolean paddingIsHarmless(List<String> tensors, int length) {
        if (tensors.isEmpty() || length < 2) {
            return false;
        }
        int real = length / 2;
        TokenBatch longer = batch(1, length);
        TokenBatch padded = new TokenBatch(length, new int[] {real}, longer.ids());
        TokenBatch alone = new TokenBatch(real, new int[] {real}, Arrays.copyOf(longer.ids(), real));
        List<String> outputs = outputs(tensors);
        try (OnnxSession session = truncated(tensors)) {
            Map<String, Values> a = session.run(alone, outputs);
            Map<String, Values> b = session.run(padded, outputs);
            return outputs.stream().allMatch(output -> sameStart(a.get(output), b.get(output)));
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

    private static List<String> outputs(List<String> tensors) {
        return IntStream.range(0, tensors.size()).mapToObj(HookSurgery::output).toList();
    }

    private OnnxSession truncated(List<String> tensors) {
        return OnnxSession.open(HookSurgery.truncated(model, tensors, Precision.FP32));
    }

    private TokenBatch batch(int rows, int length) {
        Random random = new Random(SEED);
        return TokenBatch.of(IntStream.range(0, rows)
                .mapToObj(r -> random.ints(length, 0, vocabulary).toArray())
                .toList());
    }
}

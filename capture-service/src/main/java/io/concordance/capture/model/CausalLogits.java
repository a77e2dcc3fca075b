package io.concordance.capture.model;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.concordance.capture.model.OnnxSession.Values;
import io.concordance.capture.model.graph.HookSurgery;
import io.concordance.contracts.problem.FieldProblem;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Finds the next-token logits of a model and tries whether they know of later tokens. */
final class CausalLogits {
    static final String OUTPUT = "logits";
    private static final int SEED = 20260102;
    private static final int LENGTH = 12;
    /** What later tokens may change by rounding, relative to the largest logit. */
    private static final double ROUNDING = 1e-3;

    private CausalLogits() {}

    /** @throws FieldProblem on the empty field when there are none */
    static HookPoint of(RegisteredModel registered, ModelProto model) {
        if (model.getGraph().getOutputList().stream()
                .noneMatch(output -> output.getName().equals(OUTPUT))) {
            throw new FieldProblem("", null, "nothing, as the model has no output 'logits'");
        }
        int length = Math.min(LENGTH, registered.context());
        int half = length / 2;
        Random random = new Random(SEED);
        int[] one = random.ints(length, 0, registered.vocabulary()).toArray();
        int[] other = random.ints(length, 0, registered.vocabulary()).toArray();
        System.arraycopy(one, 0, other, 0, half);
        try (OnnxSession session =
                OnnxSession.open(HookSurgery.truncated(model, List.of(OUTPUT), HookSurgery.Precision.FP32))) {
            Values a = run(session, one);
            Values b = run(session, other);
            long[] shape = a.shape();
            if (shape.length != 3 || shape[0] != 1 || shape[1] != length) {
                throw new FieldProblem("", null, "nothing, as the model's logits have shape " + Arrays.toString(shape));
            }
            int width = Math.toIntExact(shape[2]);
            if (width < registered.vocabulary()) {
                throw new FieldProblem(
                        "",
                        null,
                        "nothing, as the model has " + width + " logits for " + registered.vocabulary() + " tokens");
            }
            if (half == 0 || !samePrefix(a.data(), b.data(), half * width)) {
                throw new FieldProblem("", null, "nothing, as the model is not causal: its logits know later tokens");
            }
            return HookPoint.raw(OUTPUT, width);
        } catch (ModelRunException e) {
            throw new FieldProblem("", null, "nothing, as the model's logits cannot be read (" + e.getMessage() + ")");
        }
    }

    private static Values run(OnnxSession session, int[] tokens) {
        String output = HookSurgery.output(0);
        Map<String, Values> run = session.run(TokenBatch.of(List.of(tokens)), List.of(output));
        Values values = run.get(output);
        if (values == null) {
            throw new ModelRunException("no logits came");
        }
        return values;
    }

    private static boolean samePrefix(float[] a, float[] b, int count) {
        double largest = 1e-12;
        double difference = 0;
        for (int i = 0; i < count; i++) {
            largest = Math.max(largest, Math.abs(a[i]));
            difference = Math.max(difference, Math.abs((double) a[i] - b[i]));
        }
        return difference <= ROUNDING * largest;
    }
}

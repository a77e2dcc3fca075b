package io.concordance.capture.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import io.concordance.capture.model.Edits.Placed;
import io.concordance.capture.model.OnnxSession.Values;
import io.concordance.capture.model.graph.EditSite;
import io.concordance.capture.model.graph.EditSurgery;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FoldedShiftTest {
    private static final Path DEMO = Path.of(System.getProperty("concordance.home", ".."), "demo");
    private static final double TOLERANCE = 1e-5;
    private static final long SEED = 5;

    /** {@code b_O + W_O Δ} in the place of {@code b_O} (Li et al. 2023, equation 3). */
    @Test
    void aShiftOfHeadsAtEveryPositionIsAChangeOfTheOutputProjectionsBias() throws Exception {
        ModelProto onnx = ModelProto.parseFrom(Files.readAllBytes(DEMO.resolve("model.onnx")));
        RegisteredModel model = new ModelInspection(2048)
                .inspect("organism", DEMO.resolve("model.onnx"), DEMO.resolve("tokenizer.json"));
        List<HookPoint> hooks =
                model.hooks().stream().filter(hook -> "z".equals(hook.kind())).toList();
        assertThat(hooks)
                .hasSize(model.layers())
                .allSatisfy(hook -> assertThat(hook.heads()).isEqualTo(4));
        TokenBatch batch = TokenBatch.of(List.of(new int[] {2, 40, 41, 42, 17, 3}, new int[] {2, 7, 12}));
        byte[] everywhere = new byte[batch.ids().length];
        Arrays.fill(everywhere, (byte) 1);
        Random random = new Random(SEED);
        ModelProto folded = onnx;
        List<EditSite> sites = new ArrayList<>();
        List<Placed> placed = new ArrayList<>();
        for (HookPoint hook : hooks) {
            int width = hook.width() / 4;
            int head = random.nextInt(4);
            float[] delta = new float[hook.width()];
            for (int k = 0; k < width; k++) {
                delta[head * width + k] = (float) random.nextGaussian();
            }
            folded = folded(folded, hook.tensor(), delta);
            sites.add(new EditSite(hook.tensor(), hook.width(), 1, false));
            placed.add(new Placed(sites.size() - 1, 0, Edit.add(delta), everywhere));
        }

        float[] plain = logits(onnx, batch);
        float[] byBias = logits(folded, batch);
        float[] injected;
        try (OnnxSession session = OnnxSession.open(EditSurgery.editable(onnx, sites), sites)) {
            injected = values(
                    session.run(batch, new Edits(placed), List.of("logits")).get("logits"));
        }

        double scale = largest(plain, new float[plain.length]);
        assertThat(largest(byBias, plain) / scale)
                .as("the shift does something")
                .isGreaterThan(0.05);
        assertThat(largest(injected, byBias) / scale)
                .as("relative to the largest logit, seed " + SEED)
                .isLessThan(TOLERANCE);
    }

    private static float[] logits(ModelProto onnx, TokenBatch batch) {
        try (OnnxSession session = OnnxSession.open(onnx)) {
            return values(session.run(batch, List.of("logits")).get("logits"));
        }
    }

    private static float[] values(Values values) {
        return values.data();
    }

    private static double largest(float[] a, float[] b) {
        return IntStream.range(0, a.length)
                .mapToDouble(i -> Math.abs(a[i] - b[i]))
                .max()
                .orElseThrow();
    }

    /** The projection is {@code Add(MatMul(z, W), b)} in either order of the sum. */
    private static ModelProto folded(ModelProto onnx, String z, float[] delta) {
        NodeProto product = onnx.getGraph().getNodeList().stream()
                .filter(node ->
                        node.getOpType().equals("MatMul") && node.getInput(0).equals(z))
                .findFirst()
                .orElseThrow();
        NodeProto sum = onnx.getGraph().getNodeList().stream()
                .filter(node ->
                        node.getOpType().equals("Add") && node.getInputList().contains(product.getOutput(0)))
                .findFirst()
                .orElseThrow();
        String bias = sum.getInput(sum.getInput(0).equals(product.getOutput(0)) ? 1 : 0);
        float[] weight = floats(initializer(onnx, product.getInput(1)));
        float[] values = floats(initializer(onnx, bias));
        for (int out = 0; out < values.length; out++) {
            double added = 0;
            for (int in = 0; in < delta.length; in++) {
                added += (double) delta[in] * weight[in * values.length + out];
            }
            values[out] += (float) added;
        }
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        ModelProto.Builder changed = onnx.toBuilder();
        int at = index(onnx, bias);
        changed.getGraphBuilder()
                .setInitializer(
                        at,
                        onnx.getGraph().getInitializer(at).toBuilder()
                                .clearFloatData()
                                .setRawData(ByteString.copyFrom(bytes.array())));
        return changed.build();
    }

    private static int index(ModelProto onnx, String name) {
        return IntStream.range(0, onnx.getGraph().getInitializerCount())
                .filter(i -> onnx.getGraph().getInitializer(i).getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static TensorProto initializer(ModelProto onnx, String name) {
        return onnx.getGraph().getInitializer(index(onnx, name));
    }

    private static float[] floats(TensorProto tensor) {
        float[] values = new float[tensor.getRawData().size() / Float.BYTES];
        tensor.getRawData()
                .asReadOnlyByteBuffer()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(values);
        return values;
    }
}

package io.concordance.capture.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.concordance.capture.model.Edits.Placed;
import io.concordance.capture.model.OnnxSession.Values;
import io.concordance.capture.model.graph.EditSite;
import io.concordance.capture.model.graph.EditSurgery;
import io.concordance.capture.model.graph.HookSurgery;
import io.concordance.capture.model.graph.OnnxFile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EditTest {
    private static final Path DEMO = Path.of(System.getProperty("concordance.home", ".."), "demo");
    private static final int WIDTH = 4;
    private static final float[] TABLE = {
        -0f, 0f, Float.NaN, Float.NEGATIVE_INFINITY, 1, -2, 3, -4, 0.5f, 0.25f, -0.125f, -0f, 7, 6, 5, 4
    };

    @Test
    void leavesTheOrganismBitForBitWhenOff() {
        requireIdenticalWhenOff(DEMO.resolve("model.onnx"), DEMO.resolve("tokenizer.json"), "logits");
    }

    @Test
    void leavesMiniLmBitForBitWhenOff() {
        requireIdenticalWhenOff(MiniLm.onnx(), MiniLm.tokenizer(), "last_hidden_state");
    }

    private static void requireIdenticalWhenOff(Path file, Path tokenizer, String output) {
        RegisteredModel model = new ModelInspection(2048).inspect("m", file, tokenizer);
        ModelProto onnx = OnnxFile.read(file);
        List<String> tensors =
                model.hooks().stream().map(HookPoint::tensor).distinct().toList();
        List<EditSite> sites = tensors.stream()
                .map(tensor -> new EditSite(tensor, model.width(), 2, true))
                .toList();
        List<String> hooks =
                IntStream.range(0, tensors.size()).mapToObj(HookSurgery::output).toList();
        TokenBatch batch = TokenBatch.of(List.of(new int[] {2, 40, 41, 42, 17, 3}, new int[] {2, 7, 12}));
        Map<String, Values> plain;
        Map<String, Values> plainHooks;
        try (OnnxSession session = OnnxSession.open(onnx)) {
            plain = session.run(batch, List.of(output));
        }
        try (OnnxSession session = OnnxSession.open(HookSurgery.exposing(onnx, tensors, HookSurgery.Precision.FP32))) {
            plainHooks = session.run(batch, hooks);
        }

        ModelProto editable = EditSurgery.editable(onnx, sites);
        try (OnnxSession session = OnnxSession.open(editable, sites)) {
            assertThat(bits(session.run(batch, List.of(output)), output)).isEqualTo(bits(plain, output));
        }
        try (OnnxSession session =
                OnnxSession.open(HookSurgery.exposing(editable, tensors, HookSurgery.Precision.FP32), sites)) {
            Map<String, Values> run = session.run(batch, hooks);
            hooks.forEach(hook -> assertThat(bits(run, hook)).isEqualTo(bits(plainHooks, hook)));
            byte[] mask = new byte[batch.ids().length];
            mask[0] = 1;
            Edits edits = new Edits(List.of(new Placed(0, 1, Edit.zero(model.width()), mask)));
            assertThat(bits(session.run(batch, edits, hooks), hooks.getLast()))
                    .isNotEqualTo(bits(plainHooks, hooks.getLast()));
        }
    }

    @Test
    void keepsNegativeZerosAndNansWhereTheMaskIsUnset() {
        ModelProto onnx = graph(
                17,
                TensorProto.DataType.FLOAT,
                node("Gather", List.of("table", "input_ids"), "x"),
                node("Identity", List.of("x"), "h"),
                node("Abs", List.of("h"), "after"));
        List<EditSite> sites = List.of(new EditSite("h", WIDTH, 1, false));
        TokenBatch batch = TokenBatch.of(List.of(new int[] {0, 1, 2, 3}));
        Edits edits =
                new Edits(List.of(new Placed(0, 0, Edit.add(new float[] {10, 10, 10, 10}), new byte[] {0, 1, 0, 0})));

        try (OnnxSession session = OnnxSession.open(
                HookSurgery.truncated(EditSurgery.editable(onnx, sites), List.of("h"), HookSurgery.Precision.FP32),
                sites)) {
            float[] off = values(session.run(batch, List.of(HookSurgery.output(0))));
            float[] on = values(session.run(batch, edits, List.of(HookSurgery.output(0))));

            assertThat(bits(off)).isEqualTo(bits(TABLE));
            assertThat(Arrays.copyOfRange(on, 4, 8)).containsExactly(11, 8, 13, 6);
            assertThat(bits(Arrays.copyOfRange(on, 0, 4))).isEqualTo(bits(Arrays.copyOfRange(TABLE, 0, 4)));
            assertThat(bits(Arrays.copyOfRange(on, 8, 16))).isEqualTo(bits(Arrays.copyOfRange(TABLE, 8, 16)));
        }
    }

    @Test
    void editsAHalfPrecisionStream() {
        ModelProto onnx = graph(
                17,
                TensorProto.DataType.FLOAT16,
                node("Gather", List.of("table", "input_ids"), "x"),
                node("Identity", List.of("x"), "h"),
                node("Neg", List.of("h"), "after"));
        List<EditSite> sites = List.of(new EditSite("h", WIDTH, 1, true));
        TokenBatch batch = TokenBatch.of(List.of(new int[] {1, 3}));
        Edits edits = new Edits(List.of(new Placed(0, 0, Edit.add(new float[] {1, 1, 1, 1}), new byte[] {0, 1})));

        try (OnnxSession session = OnnxSession.open(EditSurgery.editable(onnx, sites), sites)) {
            assertThat(Objects.requireNonNull(
                                    session.run(batch, edits, List.of("after")).get("after"))
                            .data())
                    .containsExactly(-1, 2, -3, 4, -8, -7, -6, -5);
        }
    }

    @Test
    void editsTheStreamInsideAFusedSkipNorm() {
        NodeProto first = node("Gather", List.of("table", "input_ids"), "x");
        NodeProto skip = node("Neg", List.of("x"), "y");
        NodeProto half = node("Mul", List.of("y", "half"), "z");
        NodeProto fused = NodeProto.newBuilder()
                .setOpType("SkipLayerNormalization")
                .setDomain("com.microsoft")
                .addAllInput(List.of("x", "z", "gamma", "beta", "bias"))
                .addAllOutput(List.of("norm", "", "", "sum"))
                .addAttribute(AttributeProto.newBuilder()
                        .setName("epsilon")
                        .setType(AttributeProto.AttributeType.FLOAT)
                        .setF(1e-5f))
                .build();
        ModelProto onnx = graph(
                17, TensorProto.DataType.FLOAT, first, skip, half, fused, node("Identity", List.of("norm"), "after"));
        List<EditSite> sites = List.of(new EditSite("sum", WIDTH, 2, false));
        TokenBatch batch = TokenBatch.of(List.of(new int[] {1, 3, 3}));
        Edits edits = new Edits(List.of(
                new Placed(0, 0, Edit.add(new float[] {1, 0, 0, 0}), new byte[] {0, 1, 0}),
                new Placed(0, 1, Edit.add(new float[] {0, 5, 0, 0}), new byte[] {0, 0, 1})));

        float[] plain;
        try (OnnxSession session = OnnxSession.open(onnx)) {
            plain = data(session.run(batch, List.of("after")), "after");
        }
        try (OnnxSession session = OnnxSession.open(EditSurgery.editable(onnx, sites), sites)) {
            assertThat(bits(session.run(batch, List.of("after")), "after")).isEqualTo(bits(plain));
            float[] edited = data(session.run(batch, edits, List.of("after")), "after");

            assertThat(Arrays.copyOf(edited, 4)).containsExactly(Arrays.copyOf(plain, 4));
            requireNorm(Arrays.copyOfRange(edited, 4, 8), new double[] {4.5 + 1, 4, 3.5, 3});
            requireNorm(Arrays.copyOfRange(edited, 8, 12), new double[] {4.5, 4 + 5, 3.5, 3});
        }
    }

    /** The row of token 3 is {7, 6, 5, 4}; halved and biased by 1 it is {4.5, 4, 3.5, 3}. */
    private static void requireNorm(float[] values, double[] sum) {
        double mean = Arrays.stream(sum).average().orElseThrow();
        double variance =
                Arrays.stream(sum).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
        for (int i = 0; i < WIDTH; i++) {
            double expected = (sum[i] - mean) / Math.sqrt(variance + 1e-5) * 2 + 0.5;
            assertThat((double) values[i]).isCloseTo(expected, org.assertj.core.api.Assertions.within(1e-5));
        }
    }

    @Test
    void refusesWhereAChangeWouldChangeNothing() {
        ModelProto onnx = graph(
                17,
                TensorProto.DataType.FLOAT,
                node("Gather", List.of("table", "input_ids"), "x"),
                node("Identity", List.of("x"), "readOut"),
                node("Identity", List.of("gamma"), "constant"),
                node("Neg", List.of("x"), "after"));

        assertThatThrownBy(() -> EditSurgery.editable(onnx, List.of(new EditSite("readOut", WIDTH, 1, false))))
                .hasMessageContaining("readOut")
                .hasMessageContaining("only read out");
        assertThatThrownBy(() -> EditSurgery.editable(onnx, List.of(new EditSite("constant", WIDTH, 1, false))))
                .hasMessageContaining("a value that the model computes");
        assertThatThrownBy(() -> EditSurgery.editable(
                        onnx.toBuilder()
                                .setOpsetImport(
                                        0, OperatorSetIdProto.newBuilder().setVersion(10))
                                .build(),
                        List.of(new EditSite("x", WIDTH, 1, true))))
                .hasMessageContaining("operator set 11");
    }

    private static ModelProto graph(int opset, TensorProto.DataType type, NodeProto... nodes) {
        TensorProto.Builder table = TensorProto.newBuilder()
                .setName("table")
                .addDims(4)
                .addDims(WIDTH)
                .setDataType(type.getNumber());
        for (float value : TABLE) {
            if (type == TensorProto.DataType.FLOAT) {
                table.addFloatData(value);
            } else {
                table.addInt32Data(Float.floatToFloat16(value) & 0xFFFF);
            }
        }
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset))
                .addOpsetImport(OperatorSetIdProto.newBuilder()
                        .setDomain("com.microsoft")
                        .setVersion(1))
                .setGraph(GraphProto.newBuilder()
                        .setName("g")
                        .addInitializer(table)
                        .addInitializer(row("gamma", 2))
                        .addInitializer(row("beta", 0.5f))
                        .addInitializer(row("bias", 1))
                        .addInitializer(row("half", 0.5f))
                        .addInput(value("input_ids", TensorProto.DataType.INT64, "batch", "sequence"))
                        .addOutput(value("after", type, "batch", "sequence", "width"))
                        .addAllNode(List.of(nodes)))
                .build();
    }

    private static TensorProto row(String name, float value) {
        TensorProto.Builder row = TensorProto.newBuilder()
                .setName(name)
                .addDims(WIDTH)
                .setDataType(TensorProto.DataType.FLOAT.getNumber());
        for (int i = 0; i < WIDTH; i++) {
            row.addFloatData(value);
        }
        return row.build();
    }

    private static NodeProto node(String op, List<String> inputs, String output) {
        return NodeProto.newBuilder()
                .setOpType(op)
                .addAllInput(inputs)
                .addOutput(output)
                .build();
    }

    private static ValueInfoProto value(String name, TensorProto.DataType type, String... dimensions) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (String dimension : dimensions) {
            shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimParam(dimension));
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(type.getNumber())
                                .setShape(shape)))
                .build();
    }

    private static float[] values(Map<String, Values> run) {
        return data(run, HookSurgery.output(0));
    }

    private static float[] data(Map<String, Values> run, String output) {
        return Objects.requireNonNull(run.get(output)).data();
    }

    private static int[] bits(Map<String, Values> run, String output) {
        return bits(data(run, output));
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
        return bits;
    }
}

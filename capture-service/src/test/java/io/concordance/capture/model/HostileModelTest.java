package io.concordance.capture.model;

import static io.concordance.capture.model.graph.TinyExports.Attention.PLAIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TrainingInfoProto;
import com.google.protobuf.ByteString;
import com.sun.management.ThreadMXBean;
import io.concordance.capture.model.graph.Rewrites;
import io.concordance.capture.model.graph.TinyExports;
import io.concordance.capture.model.graph.TinyTransformer;
import io.concordance.contracts.problem.FieldProblem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that were made to hurt are refused for what they are, at the cost of reading them. */
class HostileModelTest {
    private static final long HUGE = 1L << 40;
    private static final long MOST_BYTES = 64L << 20;

    @TempDir
    private Path dir;

    @ParameterizedTest
    @ValueSource(doubles = {0.01, 0.3, 0.7, 0.999})
    void refusesATruncatedFile(double kept) throws IOException {
        byte[] whole = TinyExports.llama(PLAIN, false).toByteArray();

        FieldProblem problem = refusal(Arrays.copyOf(whole, (int) (whole.length * kept)));

        assertThat(problem.allowed()).contains("ONNX file");
    }

    @Test
    void refusesAWeightThatClaimsMoreThanItHolds() {
        FieldProblem problem = refusal(model -> model.getGraphBuilder()
                .addInitializer(TensorProto.newBuilder()
                        .setName("w")
                        .setDataType(DataType.FLOAT.getNumber())
                        .addDims(HUGE)
                        .setRawData(ByteString.copyFrom(new byte[16]))));

        assertThat(problem.given()).contains("'w'").contains(Long.toString(HUGE));
        assertThat(problem.allowed()).contains("as many values as its shape");
    }

    @Test
    void refusesShapesThatOverflow() {
        assertThat(refusal(model -> model.getGraphBuilder()
                                .addInitializer(TensorProto.newBuilder()
                                        .setName("w")
                                        .setDataType(DataType.INT8.getNumber())
                                        .addAllDims(List.of(HUGE, HUGE, 16L, 0L))))
                        .given())
                .contains("'w'");
        assertThat(refusal(model -> model.getGraphBuilder()
                                .addInitializer(TensorProto.newBuilder()
                                        .setName("w")
                                        .setDataType(DataType.FLOAT.getNumber())
                                        .addDims(-1)))
                        .allowed())
                .contains("a shape that fits");
    }

    @Test
    void refusesASparseWeightThatIsHugeWhenSpreadOut() {
        FieldProblem problem = refusal(model -> model.getGraphBuilder()
                .addSparseInitializer(SparseTensorProto.newBuilder()
                        .setValues(floats("s", 1f))
                        .setIndices(longs("i", 0))
                        .addDims(HUGE)));

        assertThat(problem.given()).contains(Long.toString(HUGE));
    }

    @Test
    void refusesNodesThatMakeHugeConstants() {
        for (NodeProto.Builder node : List.of(
                node("ConstantOfShape", "shape"),
                node("Expand", "one", "shape"),
                node("Tile", "one", "shape"),
                node("RandomNormal")
                        .addAttribute(AttributeProto.newBuilder()
                                .setName("shape")
                                .setType(AttributeType.INTS)
                                .addInts(HUGE)))) {
            FieldProblem problem = refusal(model -> model.getGraphBuilder()
                    .addInitializer(longs("shape", HUGE))
                    .addInitializer(floats("one", 1f))
                    .addNode(0, node));

            assertThat(problem.given()).contains(node.getOpType());
            assertThat(problem.allowed()).contains("fixed shape");
        }
    }

    @Test
    void refusesACircle() {
        FieldProblem problem = refusal(model -> model.getGraphBuilder()
                .addNode(node("Relu", "b").addOutput("a"))
                .addNode(node("Relu", "a").addOutput("b")));

        assertThat(problem.allowed()).contains("nodes are in order");
    }

    @Test
    void refusesOperatorsOfOthers() {
        FieldProblem problem = refusal(model ->
                model.getGraphBuilder().addNode(node("Evil", "input_ids").setDomain("com.evil")));

        assertThat(problem.given()).contains("Evil").contains("com.evil");
    }

    @Test
    void refusesOperatorsOfOthersInsideABranch() {
        FieldProblem problem = refusal(model -> model.getGraphBuilder()
                .addNode(nested(GraphProto.newBuilder()
                        .addNode(node("Evil").setDomain("com.evil"))
                        .build())));

        assertThat(problem.given()).contains("com.evil");
    }

    @Test
    void refusesFunctionsAndTraining() {
        assertThat(refusal(model ->
                                model.addFunctions(FunctionProto.newBuilder().setName("f")))
                        .given())
                .isEqualTo("functions");
        assertThat(refusal(model -> model.addTrainingInfo(TrainingInfoProto.getDefaultInstance()))
                        .given())
                .isEqualTo("training_info");
    }

    @Test
    void refusesMoreNodesThanAModelHas() throws IOException {
        byte[] nodes = new byte[2 * 8_000_000];
        for (int i = 0; i < nodes.length; i += 2) {
            nodes[i] = 0x0A;
        }

        assertThat(refusal(modelOfGraph(nodes)).allowed()).isEqualTo("at most 100000 nodes");
    }

    @Test
    void refusesANodeOfMillionsOfInputs() throws IOException {
        byte[] inputs = new byte[2 * 8_000_000];
        for (int i = 0; i < inputs.length; i += 2) {
            inputs[i] = 0x0A;
        }

        assertThat(refusal(modelOfGraph(message(1, inputs))).allowed()).isEqualTo("at most 4000000 fields");
    }

    @Test
    void refusesBigWeightsThatAreNotRawData() throws IOException {
        byte[] tensor = message(4, new byte[65 << 20]);

        assertThat(refusal(modelOfGraph(message(5, tensor))).allowed()).contains("besides weights stored as raw data");
    }

    @ParameterizedTest
    @ValueSource(ints = {9, 3000})
    void refusesGraphsInGraphs(int depth) throws IOException {
        byte[] graph = new byte[0];
        for (int i = 0; i < depth; i++) {
            graph = message(1, message(5, message(6, graph)));
        }

        assertThat(refusal(modelOfGraph(graph)).allowed()).contains("nested at most 8 deep");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc/passwd", "../weights", "a/../../weights", "", "c:\\weights", "a//b"})
    void refusesExternalDataOutsideTheFolder(String location) {
        FieldProblem problem = refusal(
                model -> model.getGraphBuilder().addInitializer(Rewrites.reference(floats("w", 1f), location, 0, 4)));

        assertThat(problem.given()).contains("'w'");
        assertThat(problem.allowed()).contains("inside the model's own folder");
    }

    @Test
    void refusesExternalDataThatIsNotThereOrInABranch() {
        assertThat(refusal(model -> model.getGraphBuilder()
                                .addInitializer(Rewrites.reference(floats("w", 1f), "weights", 0, 4)))
                        .allowed())
                .contains("comes with every file");
        GraphProto branch = GraphProto.newBuilder()
                .addInitializer(Rewrites.reference(floats("w", 1f), "weights", 0, 4))
                .build();
        assertThat(refusal(model -> model.getGraphBuilder().addNode(nested(branch)))
                        .allowed())
                .contains("main graph only");
    }

    private FieldProblem refusal(Consumer<ModelProto.Builder> harm) {
        ModelProto.Builder model = TinyExports.llama(PLAIN, false).toBuilder();
        harm.accept(model);
        return refusal(model.build().toByteArray());
    }

    /** The problem, which is on the file, and which cost little to find. */
    private FieldProblem refusal(byte[] onnx) {
        Path file;
        try {
            file = Files.write(dir.resolve("hostile.onnx"), onnx);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        Path tokenizer = TinyTransformer.writeTokenizer(TinyExports.VOCABULARY, dir.resolve("tokenizer.json"));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        FieldProblem problem =
                catchThrowableOfType(FieldProblem.class, () -> new ModelInspection(2048).inspect("m", file, tokenizer));
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(MOST_BYTES);
        assertThat(problem).isNotNull();
        assertThat(problem.field()).isEqualTo("onnx");
        return problem;
    }

    private static NodeProto.Builder node(String type, String... inputs) {
        return NodeProto.newBuilder()
                .setOpType(type)
                .addAllInput(List.of(inputs))
                .addOutput(type.equals("Relu") || type.equals("Evil") ? "" : "made by " + type);
    }

    private static NodeProto.Builder nested(GraphProto branch) {
        return node("If", "input_ids")
                .addAttribute(AttributeProto.newBuilder()
                        .setName("then_branch")
                        .setType(AttributeType.GRAPH)
                        .setG(branch));
    }

    private static TensorProto floats(String name, float value) {
        return TensorProto.newBuilder()
                .setName(name)
                .setDataType(DataType.FLOAT.getNumber())
                .addDims(1)
                .addFloatData(value)
                .build();
    }

    private static TensorProto longs(String name, long value) {
        return TensorProto.newBuilder()
                .setName(name)
                .setDataType(DataType.INT64.getNumber())
                .addDims(1)
                .addInt64Data(value)
                .build();
    }

    private static byte[] modelOfGraph(byte[] graph) throws IOException {
        return message(7, graph);
    }

    /** A length-delimited field as protobuf writes it. */
    private static byte[] message(int field, byte[] body) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(body.length + 8);
        out.write(field << 3 | 2);
        int length = body.length;
        while (length > 0x7F) {
            out.write(length & 0x7F | 0x80);
            length >>>= 7;
        }
        out.write(length);
        out.write(body);
        return out.toByteArray();
    }
}

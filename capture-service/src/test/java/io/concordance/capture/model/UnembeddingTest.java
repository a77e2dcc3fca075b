package io.concordance.capture.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.concordance.capture.model.graph.OnnxFile;
import io.concordance.capture.model.graph.OnnxGraph;
import io.concordance.capture.model.graph.Rewrites;
import io.concordance.capture.model.graph.TinyExports;
import io.concordance.capture.model.graph.TinyTransformer;
import io.concordance.capture.model.graph.TinyTransformer.Norm;
import io.concordance.contracts.tensor.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class UnembeddingTest {
    private static final long PLENTY = 1 << 30;
    private static final int WIDTH = TinyTransformer.WIDTH;
    private static final int VOCABULARY = TinyTransformer.VOCABULARY;

    @TempDir
    private Path dir;

    @ParameterizedTest
    @EnumSource
    void holdsTheHeadWithTheLastNormsWeights(Norm norm) {
        ModelProto model = named(TinyTransformer.preNorm(norm), "Identity");
        OnnxGraph graph = OnnxGraph.of(model);
        NodeProto head = graph.nodes().stream()
                .filter(n -> n.getOpType().equals("MatMul"))
                .reduce((a, b) -> b)
                .orElseThrow();
        double[] gain = gain(graph, head.getInput(0));
        TensorProto weight = graph.weight(head.getInput(1));
        boolean centres = norm == Norm.WHOLE || norm == Norm.TAKEN_APART;

        float[] found = write(model);

        for (int v = 0; v < VOCABULARY; v++) {
            double mean = 0;
            for (int k = 0; k < WIDTH; k++) {
                mean += gain[k] * weight.getFloatData(k * VOCABULARY + v) / WIDTH;
            }
            for (int i = 0; i < WIDTH; i++) {
                double expected = gain[i] * weight.getFloatData(i * VOCABULARY + v) - (centres ? mean : 0);
                assertThat(found[i * VOCABULARY + v]).isCloseTo((float) expected, within(2e-4f));
            }
        }
    }

    @Test
    void doesNotDependOnHowTheModelIsWritten() {
        float[] apart = write(read(TinyExports.llama(TinyExports.Attention.PLAIN, false)));
        float[] fused = write(read(TinyExports.llama(TinyExports.Attention.GROUP_QUERY, true)));

        assertClose(fused, apart, 1e-4f);
        assertThat(apart).hasSize(TinyExports.WIDTH * TinyExports.VOCABULARY);
    }

    @Test
    void readsTheOrganismsTiedHeadInAnyPrecision() throws IOException {
        ModelProto organism = ModelProto.parseFrom(Files.readAllBytes(CausalFixture.DEMO.resolve("model.onnx")));
        float[] whole = write(organism);
        float[] half = write(Rewrites.half(organism));

        assertThat(whole.length % 1024).isZero();
        float largest = 0;
        for (float value : whole) {
            largest = Math.max(largest, Math.abs(value));
        }
        assertClose(half, whole, 0.01f * largest);
    }

    @Test
    void thereIsNoneWhereLogitsAreNoProductOfTheStream() {
        assertThat(Unembedding.write(TinyTransformer.postNorm(Norm.WHOLE), dir.resolve("a"), PLENTY))
                .isFalse();
        assertThat(Unembedding.write(bent(), dir.resolve("b"), PLENTY)).isFalse();
        assertThat(Unembedding.write(
                        named(TinyTransformer.preNorm(Norm.WHOLE), "Identity"), dir.resolve("c"), VOCABULARY))
                .isFalse();
        assertThat(Files.exists(dir.resolve("c"))).isFalse();
    }

    /** Squashes what the head reads. */
    private static ModelProto bent() {
        ModelProto model = named(TinyTransformer.preNorm(Norm.WHOLE), "Identity");
        int last = model.getGraph().getNodeCount() - 2;
        NodeProto head = model.getGraph().getNode(last);
        ModelProto.Builder bent = model.toBuilder();
        bent.getGraphBuilder()
                .setNode(last, head.toBuilder().setInput(0, "squashed"))
                .addNode(
                        last,
                        NodeProto.newBuilder()
                                .setOpType("Sigmoid")
                                .addInput(head.getInput(0))
                                .addOutput("squashed"));
        return bent.build();
    }

    private static ModelProto named(ModelProto model, String copy) {
        ModelProto.Builder named = model.toBuilder();
        String output = model.getGraph().getOutput(0).getName();
        named.getGraphBuilder()
                .addNode(NodeProto.newBuilder().setOpType(copy).addInput(output).addOutput("logits"))
                .getOutputBuilder(0)
                .setName("logits");
        return named.build();
    }

    /** The last norm's weights, which the head's input is made with. */
    private static double[] gain(OnnxGraph graph, String value) {
        NodeProto node = graph.producer(value);
        if (node.getOpType().equals("Add")) {
            node = graph.producer(node.getInput(0));
        }
        boolean last = graph.isConstant(node.getInput(1));
        TensorProto weight = graph.weight(node.getInput(last ? 1 : 0));
        return weight.getFloatDataList().stream().mapToDouble(f -> f).toArray();
    }

    private ModelProto read(ModelProto model) {
        return OnnxFile.read(TinyTransformer.write(model, dir.resolve("model-" + System.identityHashCode(model))));
    }

    private float[] write(ModelProto model) {
        Path file = dir.resolve("unembedding-" + System.identityHashCode(model));
        assertThat(Unembedding.write(model, file, PLENTY)).isTrue();
        try (SafetensorsFile read = SafetensorsFile.open(file)) {
            return read.floats(Unembedding.TENSOR);
        }
    }

    private static void assertClose(float[] found, float[] expected, float tolerance) {
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.length; i++) {
            assertThat(found[i]).as("value " + i).isCloseTo(expected[i], within(tolerance));
        }
        assertThat(Arrays.equals(found, new float[found.length])).isFalse();
    }
}

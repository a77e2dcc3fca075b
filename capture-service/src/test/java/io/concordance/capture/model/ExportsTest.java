package io.concordance.capture.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import io.concordance.capture.model.OnnxSession.Values;
import io.concordance.capture.model.graph.HookSurgery;
import io.concordance.capture.model.graph.OnnxFile;
import io.concordance.capture.model.graph.Rewrites;
import io.concordance.capture.model.graph.TinyExports;
import io.concordance.capture.model.graph.TinyExports.Attention;
import io.concordance.capture.model.graph.TinyTransformer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same model as different exporters and fusions write it has the same hook points with the same values. */
class ExportsTest {
    private static final Path DEMO = Path.of(System.getProperty("concordance.home", ".."), "demo");

    private static Read organism;
    private static Read miniLm;

    @TempDir
    private Path dir;

    @BeforeAll
    static void readReferences() {
        organism = read(DEMO.resolve("model.onnx"), DEMO.resolve("tokenizer.json"));
        miniLm = read(MiniLm.onnx(), MiniLm.tokenizer());
    }

    /** A registered model and every hook's values on the same tokens. */
    private record Read(RegisteredModel model, Map<String, Values> values) {}

    private enum Optimised {
        BASIC(OptLevel.BASIC_OPT),
        EXTENDED(OptLevel.EXTENDED_OPT),
        ALL(OptLevel.ALL_OPT);

        private final OptLevel level;

        Optimised(OptLevel level) {
            this.level = level;
        }
    }

    @ParameterizedTest
    @EnumSource
    void organismOptimisedByOnnxRuntime(Optimised by) throws OrtException {
        Path onnx = optimised(DEMO.resolve("model.onnx"), by.level);

        requireSame(read(onnx, DEMO.resolve("tokenizer.json")), organism, 1e-4);
    }

    @Test
    void organismWithSkipLayerNormalization() {
        ModelProto fused = Rewrites.skipNorms(inMemory(DEMO.resolve("model.onnx")));
        requireOps(fused, "SkipLayerNormalization", 9);

        Read read = read(write(fused), DEMO.resolve("tokenizer.json"));

        requireSame(read, organism, 1e-4);
        assertThat(read.model.parity().identical()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void miniLmOptimisedByOnnxRuntime(Optimised by) throws OrtException {
        Path onnx = optimised(MiniLm.onnx(), by.level);

        requireSame(read(onnx, MiniLm.tokenizer()), miniLm, 1e-3);
    }

    @Test
    void miniLmWithSkipLayerNormalization() throws OrtException {
        ModelProto fused = Rewrites.skipNorms(inMemory(optimised(MiniLm.onnx(), OptLevel.EXTENDED_OPT)));
        requireOps(fused, "SkipLayerNormalization", 13);

        requireSame(read(write(fused), MiniLm.tokenizer()), miniLm, 1e-3);
    }

    @Test
    void miniLmInEightBits() {
        Read read = read(MiniLm.quantised(), MiniLm.tokenizer());

        requireOps(OnnxFile.read(MiniLm.quantised()), "MatMulInteger", 36);
        requireSameNames(read, miniLm);
        assertThat(read.model.layers()).isEqualTo(6);
        Values ours = Objects.requireNonNull(read.values.get("blocks.5.hook_resid_post"));
        Values theirs = Objects.requireNonNull(miniLm.values.get("blocks.5.hook_resid_post"));
        assertThat(cosine(ours.data(), theirs.data())).isGreaterThan(0.95);
    }

    @ParameterizedTest
    @EnumSource
    void llama(Attention attention) {
        Read reference = tiny(TinyExports.llama(Attention.PLAIN, false));

        requireSame(tiny(TinyExports.llama(attention, false)), reference, 1e-5);
        requireSame(tiny(TinyExports.llama(attention, true)), reference, 1e-5);
        assertThat(reference.model.layers()).isEqualTo(TinyExports.LAYERS);
        assertThat(reference.model.hooks())
                .filteredOn(hook -> "z".equals(hook.kind()))
                .hasSize(TinyExports.LAYERS)
                .allSatisfy(hook -> assertThat(hook.heads()).isEqualTo(TinyExports.HEADS));
    }

    @Test
    void llamaInHalfPrecision() {
        Read reference = tiny(TinyExports.llama(Attention.PLAIN, false));

        requireSame(tiny(Rewrites.half(TinyExports.llama(Attention.PLAIN_WITH_PAST, true))), reference, 3e-2);
        requireSame(tiny(Rewrites.half(TinyExports.llama(Attention.PLAIN, false))), reference, 3e-2);
    }

    @Test
    void gptWithPackedAttentionAndItsPast() {
        Read fused = tiny(TinyExports.gpt(true));

        requireSame(fused, tiny(TinyExports.gpt(false)), 1e-5);
        assertThat(fused.model.layers()).isEqualTo(TinyExports.LAYERS);
    }

    @Test
    void bertFusedFromTheEmbeddingOn() {
        Read plain = tiny(TinyExports.bert(false));
        Read fused = tiny(TinyExports.bert(true));

        assertThat(plain.model.hooks().getFirst().name()).isEqualTo("hook_embed");
        plain.values.remove("hook_embed");
        requireSame(fused, plain, 1e-5);
        assertThat(fused.model.layers()).isEqualTo(TinyExports.LAYERS);
    }

    @Test
    void branchesAddUpToTheStream() {
        List<Read> preNorm =
                List.of(organism, tiny(TinyExports.llama(Attention.GROUP_QUERY, true)), tiny(TinyExports.gpt(true)));
        for (Read read : preNorm) {
            for (int layer = 0; layer < read.model.layers(); layer++) {
                String block = "blocks." + layer + ".hook_";
                requireSum(read, block + "resid_mid", block + "resid_pre", block + "attn_out");
                requireSum(read, block + "resid_post", block + "resid_mid", block + "mlp_out");
            }
        }
    }

    private static void requireSum(Read read, String whole, String one, String other) {
        float[] sum = read.values.get(one).data().clone();
        float[] second = read.values.get(other).data();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += second[i];
        }
        assertThat(difference(sum, read.values.get(whole).data())).as(whole).isLessThan(1e-4);
    }

    @Test
    void givesTheModelItsOwnLogitsBitForBitWhateverIsFused() {
        for (Attention attention : Attention.values()) {
            assertThat(tiny(TinyExports.llama(attention, true)).model.parity())
                    .as(attention.name())
                    .isEqualTo(new Parity(true, 0, 32));
        }
        assertThat(tiny(TinyExports.gpt(true)).model.parity()).isEqualTo(new Parity(true, 0, 32));
        assertThat(tiny(TinyExports.bert(true)).model.parity()).isEqualTo(new Parity(true, 0, 32));
    }

    @Test
    void computesWhatTheSameModelComputesWithItsWeightsInMemory() {
        for (Path onnx : List.of(DEMO.resolve("model.onnx"), MiniLm.onnx(), MiniLm.quantised())) {
            TokenBatch batch = TokenBatch.of(List.of(tokens(12), tokens(12)));
            try (OnnxSession read = OnnxSession.open(OnnxFile.readAsIs(onnx, Map.of()));
                    OnnxSession itself = OnnxSession.open(inMemory(onnx))) {
                Map<String, Values> expected = itself.run(batch, itself.floatOutputs());
                Map<String, Values> found = read.run(batch, read.floatOutputs());

                assertThat(found.keySet()).isEqualTo(expected.keySet());
                expected.forEach((output, values) -> assertThat(
                                Objects.requireNonNull(found.get(output)).data())
                        .containsExactly(values.data()));
            }
        }
    }

    private static ModelProto inMemory(Path onnx) {
        try {
            return ModelProto.parseFrom(Files.readAllBytes(onnx));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Read tiny(ModelProto model) {
        return read(
                write(model), TinyTransformer.writeTokenizer(TinyExports.VOCABULARY, dir.resolve("tokenizer.json")));
    }

    private Path write(ModelProto model) {
        return TinyTransformer.write(model, dir.resolve("written.onnx"));
    }

    private static Read read(Path onnx, Path tokenizer) {
        RegisteredModel model = new ModelInspection(2048).inspect("m", onnx, tokenizer);
        List<String> tensors = model.hooks().stream().map(HookPoint::tensor).toList();
        TokenBatch batch = TokenBatch.of(List.of(tokens(12), tokens(12)));
        ModelProto graph = HookSurgery.truncated(OnnxFile.read(onnx), tensors, HookSurgery.Precision.FP32);
        try (OnnxSession session = OnnxSession.open(graph)) {
            Map<String, Values> outputs = session.run(
                    batch,
                    IntStream.range(0, tensors.size())
                            .mapToObj(HookSurgery::output)
                            .toList());
            Map<String, Values> values = new TreeMap<>();
            for (int h = 0; h < tensors.size(); h++) {
                values.put(model.hooks().get(h).name(), Objects.requireNonNull(outputs.get(HookSurgery.output(h))));
            }
            return new Read(model, values);
        }
    }

    private static int[] tokens(int count) {
        return new Random(5).ints(count, 0, TinyExports.VOCABULARY).toArray();
    }

    private Path optimised(Path onnx, OptLevel level) throws OrtException {
        Path target = dir.resolve("optimised.onnx");
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setOptimizationLevel(level);
            options.setOptimizedModelFilePath(target.toString());
            OrtEnvironment.getEnvironment()
                    .createSession(onnx.toString(), options)
                    .close();
        }
        return target;
    }

    private static void requireOps(ModelProto model, String opType, int count) {
        assertThat(model.getGraph().getNodeList())
                .filteredOn(node -> node.getOpType().equals(opType))
                .hasSize(count);
    }

    private static void requireSameNames(Read read, Read reference) {
        assertThat(read.model.layers()).isEqualTo(reference.model.layers());
        assertThat(read.values.keySet()).isEqualTo(reference.values.keySet());
        assertThat(heads(read.model)).isEqualTo(heads(reference.model));
    }

    private static void requireSame(Read read, Read reference, double tolerance) {
        requireSameNames(read, reference);
        reference.values.forEach((hook, expected) -> {
            Values found = Objects.requireNonNull(read.values.get(hook));
            assertThat(found.shape()).as(hook).isEqualTo(expected.shape());
            assertThat(difference(found.data(), expected.data())).as(hook).isLessThan(tolerance);
        });
    }

    private static Set<String> heads(RegisteredModel model) {
        return model.hooks().stream()
                .filter(hook -> hook.heads() != null)
                .map(hook -> hook.name() + " " + hook.heads())
                .collect(Collectors.toSet());
    }

    private static double difference(float[] a, float[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i] - b[i]));
        }
        return largest;
    }

    private static double cosine(float[] a, float[] b) {
        double dot = 0;
        double normA = 0;
        double normB = 0;
        for (int i = 0; i < a.length; i++) {
            dot += (double) a[i] * b[i];
            normA += (double) a[i] * a[i];
            normB += (double) b[i] * b[i];
        }
        return dot / Math.sqrt(normA * normB);
    }
}

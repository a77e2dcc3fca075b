package io.concordance.capture.model.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.data.Percentage.withPercentage;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.concordance.capture.model.MiniLm;
import io.concordance.capture.model.ModelRunException;
import io.concordance.capture.model.OnnxSession;
import io.concordance.capture.model.TokenBatch;
import io.concordance.capture.model.gradient.GradientTarget.LogProbability;
import io.concordance.capture.model.gradient.GradientTarget.Tensor;
import io.concordance.capture.model.graph.Embeddings;
import io.concordance.capture.model.graph.HookSurgery;
import io.concordance.capture.model.graph.OnnxFile;
import io.concordance.capture.model.graph.OnnxGraph;
import io.concordance.capture.model.graph.ResidualStream;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.tensor.SafetensorsFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GradientModelTest {
    private static final Path DEMO = Path.of(System.getProperty("concordance.home", ".."), "demo");
    private static final ModelProto ORGANISM = OnnxFile.read(DEMO.resolve("model.onnx"));
    private static final List<String> STREAM = stream(ORGANISM);
    private static final int CONTEXT = 128;

    @Test
    void agreesWithTorchAutogradOnTheLogLikelihood() throws IOException {
        try (SafetensorsFile torch = torch();
                GradientModel gradients = open(List.of(STREAM.get(0), STREAM.get(2)), new LogProbability("logits"))) {
            TokenBatch batch = batch(torch);

            Gradients found = gradients.of(batch, GradientSeed.LogProbability.ofNextTokens(batch));

            for (int i = 0; i < 2; i++) {
                assertThat(distance(found.gradients().get(i), torch.floats("logprob.resid_post." + 2 * i)))
                        .isLessThan(1e-5);
            }
        }
    }

    @Test
    void agreesWithTorchAutogradFromADownstreamHook() throws IOException {
        try (SafetensorsFile torch = torch();
                GradientModel gradients = open(List.of(STREAM.get(0), STREAM.get(2)), new Tensor(STREAM.get(3)))) {
            Gradients found = gradients.of(batch(torch), new GradientSeed.Cotangent(torch.floats("cotangent")));

            for (int i = 0; i < 2; i++) {
                assertThat(distance(found.gradients().get(i), torch.floats("vjp.resid_post." + 2 * i)))
                        .isLessThan(1e-5);
            }
        }
    }

    @Test
    void leavesTheActivationsAloneWhenNothingIsAdded() {
        TokenBatch batch = TokenBatch.of(List.of(new int[] {2, 40, 41, 42, 1, 3}, new int[] {2, 7, 1}));
        float[] plain;
        try (OnnxSession session =
                OnnxSession.open(HookSurgery.exposing(ORGANISM, List.of(STREAM.get(1)), HookSurgery.Precision.FP32))) {
            plain = session.run(batch, List.of(HookSurgery.output(0)))
                    .get(HookSurgery.output(0))
                    .data();
        }

        try (GradientModel gradients = open(List.of(STREAM.get(1)), new LogProbability("logits"))) {
            GradientSeed seed = GradientSeed.LogProbability.ofNextTokens(batch);

            assertThat(gradients.of(batch, seed).activations().getFirst()).containsExactly(plain);
        }
    }

    @Test
    void takesGradientsAtActivationsThatAreMoved() {
        TokenBatch batch = TokenBatch.of(List.of(new int[] {2, 40, 41, 42, 1, 3}));
        Random random = new Random(3);
        try (GradientModel gradients = open(List.of(STREAM.get(1)), new LogProbability("logits"))) {
            GradientSeed seed = GradientSeed.LogProbability.ofNextTokens(batch);
            float[] delta = GradientCheck.normals(random, 6 * 128);
            float[] step = GradientCheck.normals(random, 6 * 128);
            Gradients there = gradients.of(batch, seed, Map.of(0, delta));

            double up = gradients
                    .of(batch, seed, Map.of(0, sum(delta, step, 1e-2f)))
                    .value();
            double down = gradients
                    .of(batch, seed, Map.of(0, sum(delta, step, -1e-2f)))
                    .value();

            double slope = dot(there.gradients().getFirst(), step);
            assertThat((up - down) / 2e-2).isCloseTo(slope, withPercentage(1));
            assertThat(slope)
                    .isNotCloseTo(dot(gradients.of(batch, seed).gradients().getFirst(), step), withPercentage(1));
        }
    }

    @Test
    void leavesPaddingWithoutGradientWhenItsWeightIsZero() {
        TokenBatch batch = TokenBatch.of(List.of(new int[] {2, 40, 41, 42, 1, 3}, new int[] {2, 7, 1}));
        TokenBatch alone = TokenBatch.of(List.of(new int[] {2, 7, 1}));
        try (GradientModel gradients = open(List.of(STREAM.get(0)), new LogProbability("logits"))) {
            float[] both = gradients
                    .of(batch, GradientSeed.LogProbability.ofNextTokens(batch))
                    .gradients()
                    .getFirst();
            float[] one = gradients
                    .of(alone, GradientSeed.LogProbability.ofNextTokens(alone))
                    .gradients()
                    .getFirst();

            assertThat(distance(Arrays.copyOfRange(both, 6 * 128, 9 * 128), one))
                    .isLessThan(1e-5);
            assertThat(Arrays.copyOfRange(both, 9 * 128, 12 * 128)).containsOnly(0);
        }
    }

    @Test
    void givesEveryCallerTheSameBits() {
        TokenBatch batch = TokenBatch.of(List.of(new int[] {2, 40, 41, 42, 1, 3}));
        GradientSeed seed = GradientSeed.LogProbability.ofNextTokens(batch);
        try (GradientModel gradients = open(List.of(STREAM.get(0)), new LogProbability("logits"))) {
            float[] one = gradients.of(batch, seed).gradients().getFirst();

            List<CompletableFuture<float[]>> calls = IntStream.range(0, 8)
                    .mapToObj(i -> CompletableFuture.supplyAsync(
                            () -> gradients.of(batch, seed).gradients().getFirst()))
                    .toList();

            calls.forEach(call -> assertThat(call.join()).containsExactly(one));
        }
    }

    @Test
    void agreesWithFiniteDifferencesOnMiniLm() {
        ModelProto model = OnnxFile.read(MiniLm.onnx());
        GradientCheck check = new GradientCheck(model, 30522, 512);

        GradientSupport support = check.run(stream(model));

        System.out.println("MiniLM: " + support);
        assertThat(support.supported()).isTrue();
        assertThat(support.maxRelativeError()).isLessThan(2e-3);
    }

    @Test
    void agreesWithFiniteDifferencesOnALlama() {
        long seed = 1;
        TinyLlama llama = TinyLlama.of(new Random(seed));

        GradientSupport support = new GradientCheck(llama.model(), GraphSketch.VOCABULARY, 64).run(llama.stream());

        System.out.println("LLaMA-like, seed " + seed + ": " + support);
        assertThat(support.supported()).as("seed %d", seed).isTrue();
        assertThat(support.maxRelativeError()).as("seed %d", seed).isLessThan(2e-3);
    }

    @Test
    void namesEveryNodeThatNoGradientPasses() {
        GraphSketch g = new GraphSketch(17, new Random(5));
        String x = g.embedded(8);
        String mixed = g.op("ms:Attention", x, g.weight(8, 24), g.weight(24));
        String normed = g.op("ms:SkipLayerNormalization", mixed, x, g.weight(8));
        String y = g.op("Tanh", normed);
        ModelProto fused = g.model(y);

        UnsupportedGradientException refusal = catchThrowableOfType(
                UnsupportedGradientException.class, () -> GradientModel.open(fused, List.of(x), new Tensor(y), 64));

        assertThat(refusal.nodes())
                .extracting(UnsupportedGradientException.Node::operator)
                .containsExactly("Attention", "SkipLayerNormalization");
        assertThat(refusal).hasMessageContainingAll("Attention (" + mixed, "SkipLayerNormalization (" + normed);
    }

    @Test
    void namesTheFormThatARuleDoesNotCover() {
        GraphSketch g = new GraphSketch(17, new Random(5));
        String x = g.embedded(8);
        List<AttributeProto> reflect = List.of(GraphSketch.attribute("mode", "reflect"));
        String y = g.op("Pad", reflect, x, g.ints(0, 0, 1, 0, 0, 1));
        ModelProto padded = g.model(y);

        assertThatThrownBy(() -> GradientModel.open(padded, List.of(x), new Tensor(y), 64))
                .isInstanceOf(UnsupportedGradientException.class)
                .hasMessageContaining("Pad (" + y + ": only constant padding");
    }

    @Test
    void recordsWhatIsUnsupportedInsteadOfFailing() {
        GradientSupport support = new GradientCheck(withoutSoftmax(), 1024, CONTEXT).run(STREAM);

        assertThat(support.supported()).isFalse();
        assertThat(support.problem()).contains("Hardmax (/blocks.1/Softmax)");
        assertThat(support.maxRelativeError()).isNull();
    }

    @Test
    void distrustsGradientsThatFiniteDifferencesContradict() {
        GraphSketch g = new GraphSketch(17, new Random(5));
        String before = g.named("before", g.embedded(8));
        String steps = g.op("Round", g.op("Mul", before, g.scalar(1e5f)));
        String after = g.named("after", g.op("Add", before, g.op("Div", steps, g.scalar(1e5f))));

        GradientSupport support =
                new GradientCheck(g.model(after), GraphSketch.VOCABULARY, 64).run(List.of(before, after));

        assertThat(support.supported()).isFalse();
        assertThat(support.problem()).contains("finite differences");
        assertThat(support.maxRelativeError()).isGreaterThan(GradientCheck.TOLERANCE);
    }

    @Test
    void refusesAHookThatTheTargetDoesNotDependOn() {
        assertThatThrownBy(() -> open(List.of(STREAM.get(3)), new Tensor(STREAM.get(1))))
                .isInstanceOf(FieldProblem.class)
                .hasMessageContaining(STREAM.get(3));
    }

    @Test
    void refusesSeedsAndBatchesThatDoNotFit() {
        TokenBatch batch = TokenBatch.of(List.of(new int[] {2, 40, 41}));
        try (GradientModel gradients = open(STREAM.subList(0, 1), new LogProbability("logits"))) {
            assertThatThrownBy(() -> gradients.of(batch, new GradientSeed.Cotangent(new float[3 * 1024])))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> gradients.of(
                            batch, new GradientSeed.LogProbability(new long[] {5000, 0, 0}, new float[] {1, 0, 0})))
                    .isInstanceOf(ModelRunException.class);
            assertThatThrownBy(() -> gradients.of(
                            batch, GradientSeed.LogProbability.ofNextTokens(batch), Map.of(0, new float[5])))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("delta");
        }
    }

    @Test
    void costsAboutTwoForwardPasses() {
        Random random = new Random(1);
        TokenBatch batch = TokenBatch.of(IntStream.range(0, 8)
                .mapToObj(r -> random.ints(64, 0, 1024).toArray())
                .toList());
        GradientSeed seed = GradientSeed.LogProbability.ofNextTokens(batch);
        try (OnnxSession forward = OnnxSession.open(ORGANISM);
                GradientModel gradients = open(STREAM.subList(0, 1), new LogProbability("logits"))) {
            List<Double> ratios = new ArrayList<>();
            for (int i = 0; i < 9; i++) {
                long start = System.nanoTime();
                forward.run(batch, List.of("logits"));
                long middle = System.nanoTime();
                gradients.of(batch, seed);
                ratios.add((System.nanoTime() - middle) / (double) (middle - start));
            }
            ratios.sort(null);

            System.out.printf("forward and gradient over forward alone: %.2f (median of %d)%n", ratios.get(4), 9);
            assertThat(ratios.getFirst()).isPositive();
        }
    }

    private static GradientModel open(List<String> sources, GradientTarget target) {
        return GradientModel.open(ORGANISM, sources, target, CONTEXT);
    }

    private static List<String> stream(ModelProto model) {
        OnnxGraph graph = OnnxGraph.of(model);
        return ResidualStream.find(model, Embeddings.in(graph).token()).layers().stream()
                .map(ResidualStream.Layer::post)
                .toList();
    }

    private static ModelProto withoutSoftmax() {
        ModelProto.Builder model = ORGANISM.toBuilder();
        for (NodeProto.Builder node : model.getGraphBuilder().getNodeBuilderList()) {
            if (node.getOpType().equals("Softmax")) {
                node.setOpType("Hardmax");
            }
        }
        return model.build();
    }

    private static SafetensorsFile torch() throws IOException {
        try (InputStream in = GradientModelTest.class.getResourceAsStream("/organism-gradients.safetensors")) {
            return SafetensorsFile.of(in.readAllBytes());
        }
    }

    private static TokenBatch batch(SafetensorsFile torch) {
        long[] ids = torch.longs("ids");
        int length = ids.length / 2;
        return new TokenBatch(length, new int[] {length, length}, ids);
    }

    /** Length of the difference, relative to the length of the second. */
    private static double distance(float[] a, float[] b) {
        assertThat(a).hasSameSizeAs(b);
        float[] difference = sum(a, b, -1);
        return Math.sqrt(dot(difference, difference) / dot(b, b));
    }

    private static float[] sum(float[] a, float[] b, float scale) {
        float[] sum = new float[a.length];
        for (int i = 0; i < a.length; i++) {
            sum[i] = a[i] + scale * b[i];
        }
        return sum;
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}

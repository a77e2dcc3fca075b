package io.concordance.trainer.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One step of every architecture against PyTorch's autograd in double precision; {@code gradients/make.py} made the numbers. */
class PeerGradientTest {
    private static final double RELATIVE = 1e-4;
    private final JsonNode peer = load();
    private final KernelShape shape = new KernelShape(
            peer.path("width").asInt(),
            peer.path("features").asInt(),
            peer.path("batch").asInt());

    private static JsonNode load() {
        try (InputStream in = PeerGradientTest.class.getResourceAsStream("/gradients/gradients.json")) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static Stream<String> architectures() {
        return Stream.of("standard", "topk", "batchtopk", "jumprelu", "matryoshka");
    }

    private static float[] floats(JsonNode array) {
        float[] values = new float[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) array.get(i).asDouble();
        }
        return values;
    }

    private static int[] ints(JsonNode array) {
        return Stream.iterate(0, i -> i + 1)
                .limit(array.size())
                .mapToInt(i -> array.get(i).asInt())
                .toArray();
    }

    private Selection selection(String architecture) {
        int k = peer.path("k").asInt();
        return switch (architecture) {
            case "standard" -> new Selection.Positive();
            case "topk" -> new Selection.TopK(k);
            case "jumprelu" ->
                new Selection.Above((float) peer.path("bandwidth").asDouble());
            default -> new Selection.BatchTopK(k);
        };
    }

    private Objective objective(String architecture) {
        int[] all = {shape.features()};
        return switch (architecture) {
            case "standard" ->
                new Objective(all, (float) peer.path("activationPenalty").asDouble(), 0, 0);
            case "jumprelu" ->
                new Objective(all, 0, (float) peer.path("thresholdPenalty").asDouble(), (float)
                        peer.path("bandwidth").asDouble());
            case "matryoshka" -> new Objective(ints(peer.path("prefixes")), 0, 0, 0);
            default -> Objective.reconstruction(shape.features());
        };
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void gradientsAreThoseOfAutograd(String architecture) {
        try (StepKernels kernels = new ScalarKernels(shape)) {
            for (Parameter parameter : Parameter.values()) {
                kernels.put(
                        parameter, Quantity.VALUE, floats(peer.path("inputs").path(name(parameter))));
            }
            kernels.centre(floats(peer.path("inputs").path("rows")), 1);
            kernels.select(selection(architecture));
            Residual residual = kernels.decode(objective(architecture));
            if (architecture.equals("topk")) {
                kernels.select(new Selection.DeadTopK(
                        ints(peer.path("dead")), peer.path("deadK").asInt()));
                kernels.decodeAuxiliary(peer.path("alpha").asDouble() / residual.variance());
            }
            kernels.groupByFeature();
            kernels.gradients();
            for (Parameter parameter : Parameter.values()) {
                float[] expected = floats(
                        peer.path("cases").path(architecture).path("gradients").path(name(parameter)));
                same(parameter, kernels.get(parameter, Quantity.GRADIENT), expected);
            }
        }
    }

    private static void same(Parameter parameter, float[] gradient, float[] expected) {
        assertThat(gradient).hasSameSizeAs(expected);
        double largest = 0;
        for (float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) gradient[i])
                    .as(parameter + "[" + i + "]")
                    .isCloseTo(expected[i], within(RELATIVE * largest));
        }
    }

    private static String name(Parameter parameter) {
        return parameter.name().toLowerCase(Locale.ROOT);
    }
}

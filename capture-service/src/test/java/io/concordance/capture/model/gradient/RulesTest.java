package io.concordance.capture.model.gradient;

import static io.concordance.capture.model.gradient.GraphSketch.attribute;
import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.concordance.capture.model.TokenBatch;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each rule alone, in the forms of several operator sets, against central finite differences. */
class RulesTest {
    private static final long SEED = 1;
    private static final int WIDTH = 6;
    private static final double[] STEPS = {3e-2, 1e-2, 3e-3, 1e-3, 3e-4};
    /** A value close to a kink has no finite difference to agree with; the best of several graphs has none there. */
    private static final Set<String> KINKED =
            Set.of("Abs", "Relu", "LeakyRelu", "Elu", "Softsign", "Clip", "Min", "Max", "ReduceMax", "ReduceMin");

    private static final List<Integer> OPSETS = List.of(11, 13, 17, 18, 20);

    /** Values that depend on the source, for graphs to be made of. */
    private static final class Values {
        private final GraphSketch sketch;
        private final String x;
        /** {@code [batch, sequence, width]}. */
        private final String other;
        /** {@code [batch, sequence, width]}, positive. */
        private final String positive;
        /** {@code [width]}. */
        private final String vector;

        private Values(GraphSketch sketch) {
            this.sketch = sketch;
            this.x = sketch.named("x", sketch.embedded(WIDTH));
            this.other = sketch.op("Mul", x, sketch.weight(WIDTH));
            this.positive = sketch.op("Exp", x);
            this.vector = sketch.reduce("ReduceMean", other, false, 0, 1);
        }

        private String op(String type, String... inputs) {
            return sketch.op(type, inputs);
        }

        private String add(String a, String b) {
            return op("Add", a, b);
        }

        /** Told apart position by position. */
        private String weighted(String y, long... shape) {
            return op("Mul", y, sketch.weight(shape));
        }

        /** Anything of as many values as {@code [batch, sequence, n]}. */
        private String back(String y) {
            String shape =
                    sketch.op("Concat", List.of(attribute("axis", 0)), op("Shape", "input_ids"), sketch.ints(-1));
            return op("Reshape", y, shape);
        }
    }

    private record Case(int since, int until, Function<Values, String> target) {}

    private static Map<String, Case> cases() {
        Map<String, Case> cases = new TreeMap<>();
        for (String op : List.of("Add", "Sub", "Mul")) {
            any(cases, op, v -> v.add(v.op(op, v.x, v.other), v.op(op, v.vector, v.x)));
        }
        any(cases, "Div", v -> v.add(v.op("Div", v.x, v.positive), v.op("Div", v.vector, v.positive)));
        any(cases, "Pow", v -> {
            String even = v.add(v.op("Pow", v.x, v.sketch.scalar(2)), v.op("Pow", v.x, v.sketch.scalar(3)));
            String root = v.op("Pow", v.positive, v.sketch.scalar(-0.5f));
            return v.add(v.add(even, root), v.op("Pow", v.positive, v.vector));
        });
        for (String op : List.of("Min", "Max", "Sum", "Mean")) {
            any(cases, op, v -> v.op(op, v.x, v.other, v.vector));
        }
        any(cases, "Where", v -> {
            String condition = v.op("Greater", v.sketch.weight(WIDTH), v.sketch.scalar(0));
            return v.add(v.op("Where", condition, v.x, v.vector), v.op("Where", condition, v.vector, v.other));
        });
        for (String op : List.of(
                "Identity",
                "Dropout",
                "Neg",
                "Exp",
                "Abs",
                "Sin",
                "Cos",
                "Softplus",
                "Tanh",
                "Sigmoid",
                "Softsign",
                "Erf",
                "Relu",
                "LeakyRelu",
                "Elu")) {
            any(cases, op, v -> v.op(op, v.x));
        }
        for (String op : List.of("Sqrt", "Log", "Reciprocal")) {
            any(cases, op, v -> v.op(op, v.positive));
        }
        any(cases, "Clip", v -> v.op("Clip", v.x, v.sketch.scalar(-0.5f), v.sketch.scalar(0.7f)));
        any(cases, "Cast", v -> {
            String product = v.op(
                    "MatMul",
                    v.sketch.cast(v.x, DataType.DOUBLE),
                    v.sketch.cast(v.sketch.transpose(v.other, 0, 2, 1), DataType.DOUBLE));
            return v.op("MatMul", v.sketch.cast(product, DataType.FLOAT), v.other);
        });
        since(
                cases,
                "Gelu",
                20,
                v -> v.add(v.op("Gelu", v.x), v.sketch.op("Gelu", List.of(attribute("approximate", "tanh")), v.x)));
        any(cases, "Gelu, contributed", v -> v.op("ms:Gelu", v.x));
        any(cases, "BiasGelu", v -> v.op("ms:BiasGelu", v.x, v.vector));
        any(cases, "FastGelu", v -> v.add(v.op("ms:FastGelu", v.x), v.op("ms:FastGelu", v.x, v.vector)));
        any(cases, "QuickGelu", v -> v.sketch.op("ms:QuickGelu", List.of(attribute("alpha", 1.5f)), v.x));
        shapes(cases);
        reductions(cases);
        products(cases);
        return cases;
    }

    private static void shapes(Map<String, Case> cases) {
        any(cases, "Reshape", v -> v.back(v.weighted(v.op("Reshape", v.x, v.sketch.ints(0, -1, 3)), 3)));
        any(cases, "Flatten", v -> v.back(v.op("Flatten", v.weighted(v.x, WIDTH))));
        any(cases, "Unsqueeze", v -> v.back(v.op("Mul", v.sketch.unsqueeze(v.x, 2), v.sketch.unsqueeze(v.other, 3))));
        any(
                cases,
                "Squeeze",
                v -> v.op(
                        "Mul",
                        v.x,
                        v.sketch.unsqueeze(v.sketch.squeeze(v.sketch.reduce("ReduceMean", v.other, true, -1), 2), 2)));
        any(cases, "Transpose", v -> v.back(v.weighted(v.sketch.transpose(v.x, 2, 0, 1), WIDTH, 1, 1)));
        any(cases, "Transpose, reversed", v -> v.back(v.weighted(v.op("Transpose", v.x), WIDTH, 1, 1)));
        any(cases, "Expand", v -> {
            String four = v.sketch.unsqueeze(v.x, 2);
            String repeated = v.op("Expand", four, v.sketch.ints(1, 1, 3, 1));
            return v.back(v.weighted(repeated, 3, WIDTH));
        });
        any(cases, "Tile", v -> v.weighted(v.op("Tile", v.x, v.sketch.ints(1, 1, 2)), 2 * WIDTH));
        any(
                cases,
                "Concat",
                v -> v.weighted(v.sketch.op("Concat", List.of(attribute("axis", -1)), v.x, v.other, v.x), 3 * WIDTH));
        any(
                cases,
                "Concat along the sequence",
                v -> v.back(v.sketch.op("Concat", List.of(attribute("axis", 1)), v.x, v.weighted(v.other, WIDTH))));
        any(cases, "Split", v -> {
            List<String> parts = v.sketch.split(v.x, -1, 1, 3, 2);
            return v.op("Mul", parts.get(0), parts.get(2));
        });
        any(cases, "Slice", v -> {
            String middle = v.sketch.slice(v.x, -1, -5, -1);
            String tail = v.sketch.slice(v.x, 2, 2, Long.MAX_VALUE);
            return v.op("Mul", middle, tail);
        });
        any(cases, "Slice by computed bounds", v -> {
            String last = v.op("Sub", v.sketch.dim(v.x, 1), v.sketch.ints(1));
            String end = v.op("Slice", v.x, last, v.sketch.dim(v.x, 1), v.sketch.ints(1));
            return v.op("Mul", v.x, end);
        });
        any(
                cases,
                "Slice of two axes by default",
                v -> v.op("Mul", v.x, v.op("Slice", v.x, v.sketch.ints(0, 1), v.sketch.ints(Long.MAX_VALUE, 2))));
        any(cases, "Slice by steps", v -> {
            String even = v.op("Slice", v.x, v.sketch.ints(0), v.sketch.ints(6), v.sketch.ints(2), v.sketch.ints(2));
            String backwards = v.op(
                    "Slice",
                    v.x,
                    v.sketch.ints(-1),
                    v.sketch.ints(Long.MIN_VALUE),
                    v.sketch.ints(2),
                    v.sketch.ints(-2));
            return v.op("Mul", even, backwards);
        });
        any(
                cases,
                "Gather",
                v -> v.weighted(
                        v.sketch.op("Gather", List.of(attribute("axis", 2)), v.x, v.sketch.ints(0, 2, 2, -1)), 4));
        any(
                cases,
                "Gather of one",
                v -> v.op(
                        "Mul",
                        v.x,
                        v.sketch.unsqueeze(
                                v.sketch.op("Gather", List.of(attribute("axis", 1)), v.x, v.sketch.integer(-1)), 1)));
        any(cases, "Pad", v -> v.weighted(v.op("Pad", v.x, v.sketch.ints(0, 0, 1, 0, 0, 2)), WIDTH + 3));
        since(
                cases,
                "Trilu",
                14,
                v -> v.add(
                        v.sketch.op("Trilu", List.of(attribute("upper", 0)), v.x),
                        v.op("Trilu", v.x, v.sketch.integer(1))));
        any(cases, "Trilu, contributed", v -> v.op("ms:Trilu", v.x));
        any(
                cases,
                "CumSum",
                v -> v.weighted(
                        v.sketch.op(
                                "CumSum",
                                List.of(attribute("exclusive", 1), attribute("reverse", 1)),
                                v.op("CumSum", v.x, v.sketch.integer(1)),
                                v.sketch.integer(-1)),
                        WIDTH));
    }

    private static void reductions(Map<String, Case> cases) {
        for (String op : List.of(
                "ReduceSum",
                "ReduceMean",
                "ReduceSumSquare",
                "ReduceL2",
                "ReduceMax",
                "ReduceMin",
                "ReduceLogSumExp")) {
            any(cases, op, v -> {
                String kept = v.sketch.reduce(op, v.x, true, -1);
                String dropped = v.sketch.unsqueeze(v.sketch.reduce(op, v.x, false, 1), 1);
                return v.add(v.op("Mul", v.other, kept), v.op("Mul", v.x, dropped));
            });
        }
        any(cases, "ReduceMean of all", v -> v.op("Mul", v.x, v.op("ReduceMean", v.other)));
        for (String op : List.of("Softmax", "LogSoftmax")) {
            any(cases, op, v -> v.sketch.op(op, List.of(attribute("axis", -1)), v.x));
            any(cases, op + " of the default axis", v -> v.op(op, v.x));
            since(cases, op + " along the sequence", 13, v -> v.sketch.op(op, List.of(attribute("axis", 1)), v.x));
        }
        since(cases, "LayerNormalization", 17, v -> v.op("LayerNormalization", v.x, v.vector, v.vector));
        since(
                cases,
                "LayerNormalization of two axes",
                17,
                v -> v.back(v.sketch.op(
                        "LayerNormalization",
                        List.of(attribute("axis", -2)),
                        v.op("Reshape", v.x, v.sketch.ints(0, 0, 2, 3)),
                        v.sketch.weight(2, 3))));
        any(cases, "SimplifiedLayerNormalization", v -> v.op("SimplifiedLayerNormalization", v.x, v.vector));
        cases.put("RMSNormalization", new Case(23, 23, v -> v.op("RMSNormalization", v.x, v.sketch.weight(WIDTH))));
    }

    private static void products(Map<String, Case> cases) {
        any(cases, "MatMul", v -> v.op("MatMul", v.x, v.sketch.weight(WIDTH, 4)));
        any(
                cases,
                "MatMul of two activations",
                v -> v.op("MatMul", v.op("MatMul", v.x, v.sketch.transpose(v.other, 0, 2, 1)), v.other));
        any(cases, "MatMul of heads", v -> {
            String heads = v.sketch.transpose(v.op("Reshape", v.x, v.sketch.ints(0, 0, 2, 3)), 0, 2, 1, 3);
            String shared = v.sketch.unsqueeze(v.sketch.slice(v.other, 2, 0, 3), 1);
            String scores = v.op("MatMul", heads, v.sketch.transpose(shared, 0, 1, 3, 2));
            return v.back(v.sketch.transpose(v.op("MatMul", scores, shared), 0, 2, 1, 3));
        });
        any(cases, "MatMul with a matrix from the left", v -> {
            String columns = v.op("MatMul", v.sketch.weight(4, WIDTH), v.sketch.transpose(v.other, 0, 2, 1));
            return v.op("Mul", v.sketch.transpose(columns, 0, 2, 1), v.sketch.slice(v.x, 2, 0, 4));
        });
        any(cases, "MatMul with a shared matrix", v -> {
            String matrix = v.sketch.reduce("ReduceMean", v.other, false, 0);
            String scores = v.op("MatMul", v.x, v.sketch.transpose(matrix, 1, 0));
            return v.op("MatMul", scores, matrix);
        });
        any(cases, "MatMul with vectors", v -> {
            String right = v.sketch.unsqueeze(v.op("MatMul", v.x, v.vector), 2);
            String left = v.sketch.unsqueeze(v.op("MatMul", v.vector, v.sketch.transpose(v.other, 0, 2, 1)), 2);
            return v.op("Mul", v.op("Mul", right, left), v.op("MatMul", v.vector, v.vector));
        });
        any(cases, "Gemm", v -> {
            String rows = v.op("Reshape", v.x, v.sketch.ints(-1, WIDTH));
            String columns = v.sketch.transpose(rows, 1, 0);
            String square = v.op("Mul", v.sketch.unsqueeze(v.vector, 0), v.sketch.weight(WIDTH, WIDTH));
            String sum = rows;
            for (int form = 0; form < 4; form++) {
                sum = v.add(
                        sum,
                        v.sketch.op(
                                "Gemm",
                                List.of(
                                        attribute("transA", form & 1),
                                        attribute("transB", form >> 1),
                                        attribute("alpha", 0.7f),
                                        attribute("beta", 0.3f)),
                                (form & 1) == 0 ? rows : columns,
                                square,
                                v.vector));
            }
            return v.back(sum);
        });
        since(cases, "Einsum", 12, v -> {
            String scores = v.sketch.op("Einsum", List.of(attribute("equation", "bsi,bti->bst")), v.x, v.other);
            String sums = v.sketch.op("Einsum", List.of(attribute("equation", "bsi, i -> bs")), v.x, v.vector);
            return v.op("Mul", v.op("MatMul", scores, v.x), v.sketch.unsqueeze(sums, 2));
        });
    }

    private static void any(Map<String, Case> cases, String name, Function<Values, String> target) {
        since(cases, name, 11, target);
    }

    private static void since(Map<String, Case> cases, String name, int opset, Function<Values, String> target) {
        cases.put(name, new Case(opset, 20, target));
    }

    static Stream<Arguments> everyForm() {
        return cases().entrySet().stream()
                .flatMap(c -> Stream.concat(OPSETS.stream(), Stream.of(23))
                        .filter(opset -> opset >= c.getValue().since && opset <= c.getValue().until)
                        .map(opset -> Arguments.of(c.getKey(), opset)));
    }

    @ParameterizedTest(name = "{0}, operator set {1}")
    @MethodSource("everyForm")
    void agreesWithFiniteDifferences(String name, int opset) {
        Random random = new Random(SEED + name.hashCode());

        double error = IntStream.range(0, KINKED.contains(name) ? 4 : 1)
                .mapToDouble(draw -> error(cases().get(name), opset, random))
                .min()
                .orElseThrow();

        assertThat(error).as("%s, operator set %d, seed %d", name, opset, SEED).isLessThan(3e-3);
    }

    private static double error(Case form, int opset, Random random) {
        GraphSketch sketch = new GraphSketch(opset, random);
        String target = form.target.apply(new Values(sketch));
        ModelProto model = sketch.model(target);
        TokenBatch batch = TokenBatch.of(IntStream.range(0, 3)
                .mapToObj(r -> random.ints(4, 0, GraphSketch.VOCABULARY).toArray())
                .toList());
        try (GradientModel gradients = GradientModel.open(model, List.of("x"), new GradientTarget.Tensor(target), 24)) {
            GradientSeed seed = new GradientSeed.Cotangent(GradientCheck.normals(random, 12 * gradients.targetWidth()));
            assertThat(gradients.of(batch, seed).gradients().getFirst()).doesNotContain(Float.NaN);
            return GradientCheck.error(gradients, batch, seed, 0, STEPS, random);
        }
    }

    @Test
    void everyRuleHasACase() {
        assertThat(cases().keySet()).containsAll(Rules.operators());
        assertThat(Rules.operators()).hasSizeGreaterThan(55);
    }
}

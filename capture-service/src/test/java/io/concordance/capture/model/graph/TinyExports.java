package io.concordance.capture.model.graph;

import static io.concordance.capture.model.graph.GraphBuilder.attribute;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.ArrayList;
import java.util.List;

/**
 * The same tiny model as different exporters and fusions write it: three layers, width 64, four heads. Variants of one
 * family share their weights.
 */
public final class TinyExports {
    public static final int VOCABULARY = 40;
    public static final int LAYERS = 3;
    public static final int WIDTH = 64;
    public static final int HEADS = 4;

    private static final int CONTEXT = 32;
    private static final int HEAD = WIDTH / HEADS;
    private static final int KV_HEADS = 2;
    private static final int HIDDEN = 2 * WIDTH;
    private static final String MS = "com.microsoft";

    private final GraphBuilder graph = new GraphBuilder();
    private String prefix = "";

    /** How attention of the LLaMA family is written. */
    public enum Attention {
        PLAIN,
        PLAIN_WITH_PAST,
        MULTI_HEAD,
        GROUP_QUERY
    }

    private TinyExports() {}

    /** LLaMA: RMS norms, rotary positions, grouped queries, gated feed-forward. */
    public static ModelProto llama(Attention attention, boolean skipNorms) {
        return new TinyExports().buildLlama(attention, skipNorms);
    }

    /** GPT-2: norms inside the branches; fused with packed attention, a past of rank 5 and biases in the skips. */
    public static ModelProto gpt(boolean fused) {
        return new TinyExports().buildGpt(fused);
    }

    /** BERT: norms on the stream; fused from the embedding on. */
    public static ModelProto bert(boolean fused) {
        return new TinyExports().buildBert(fused);
    }

    private ModelProto buildLlama(Attention attention, boolean skip) {
        ids("input_ids");
        ids("position_ids");
        if (attention == Attention.GROUP_QUERY) {
            ids("attention_mask");
        }
        String stream = graph.op("Gather", graph.weight("embed", VOCABULARY, WIDTH), "input_ids");
        String branch = null;
        for (int layer = 0; layer < LAYERS; layer++) {
            prefix = "l" + layer + ".";
            String[] first = rms(stream, branch, "norm1", skip);
            String attended = llamaAttention(first[0], attention, layer);
            String[] second = rms(first[1], attended, "norm2", skip);
            branch = gated(second[0]);
            stream = second[1];
        }
        prefix = "";
        String normed = rms(stream, branch, "norm", skip)[0];
        graph.node(
                "", "MatMul", List.of(), List.of(normed, graph.weight("head", WIDTH, VOCABULARY)), List.of("logits"));
        graph.output("logits", DataType.FLOAT, "batch", "sequence", VOCABULARY);
        return graph.model();
    }

    /** The norm of stream plus branch, and that sum. */
    private String[] rms(String stream, String branch, String name, boolean skip) {
        String gamma = weight(name, WIDTH);
        List<AttributeProto> epsilon = List.of(attribute("epsilon", 1e-5f));
        if (branch == null) {
            return new String[] {skip ? wholeRms(stream, gamma, epsilon) : plainRms(stream, gamma), stream};
        }
        if (!skip) {
            String sum = graph.op("Add", stream, branch);
            return new String[] {plainRms(sum, gamma), sum};
        }
        String normed = graph.fresh();
        String sum = graph.fresh();
        boolean last = name.equals("norm");
        graph.node(
                MS,
                "SkipSimplifiedLayerNormalization",
                epsilon,
                List.of(stream, branch, gamma),
                last ? List.of(normed) : List.of(normed, "", "", sum));
        return new String[] {normed, sum};
    }

    private String wholeRms(String x, String gamma, List<AttributeProto> epsilon) {
        List<AttributeProto> attributes = new ArrayList<>(epsilon);
        attributes.add(attribute("axis", -1L));
        return graph.op("SimplifiedLayerNormalization", attributes, x, gamma);
    }

    private String plainRms(String x, String gamma) {
        String mean = graph.op("ReduceMean", List.of(attribute("axes", new long[] {-1})), graph.op("Mul", x, x));
        String root = graph.op("Sqrt", graph.op("Add", mean, graph.scalar(1e-5f)));
        return graph.op("Mul", gamma, graph.op("Mul", x, graph.op("Reciprocal", root)));
    }

    private String llamaAttention(String x, Attention kind, int layer) {
        String q = graph.op("MatMul", x, weight("q", WIDTH, HEADS * HEAD));
        String k = graph.op("MatMul", x, weight("k", WIDTH, KV_HEADS * HEAD));
        String v = graph.op("MatMul", x, weight("v", WIDTH, KV_HEADS * HEAD));
        String mixed = switch (kind) {
            case GROUP_QUERY -> groupQuery(q, k, v, layer);
            case MULTI_HEAD -> multiHead(q, k, v);
            case PLAIN, PLAIN_WITH_PAST -> plain(q, k, v, kind == Attention.PLAIN_WITH_PAST ? layer : -1);
        };
        return graph.op("MatMul", mixed, weight("o", HEADS * HEAD, WIDTH));
    }

    private String groupQuery(String q, String k, String v, int layer) {
        String lengths = graph.op("ReduceSum", "attention_mask", graph.ints(1));
        String last = graph.op(
                "Cast",
                List.of(attribute("to", (long) DataType.INT32.getNumber())),
                graph.op("Sub", lengths, graph.ints(1)));
        String total = graph.op(
                "Cast",
                List.of(attribute("to", (long) DataType.INT32.getNumber())),
                graph.op("Gather", graph.op("Shape", "attention_mask"), graph.ints(1)));
        String mixed = graph.fresh();
        List<String> past = past(layer);
        graph.node(
                MS,
                "GroupQueryAttention",
                List.of(
                        attribute("num_heads", (long) HEADS),
                        attribute("kv_num_heads", (long) KV_HEADS),
                        attribute("do_rotary", 1L)),
                List.of(
                        q,
                        k,
                        v,
                        past.get(0),
                        past.get(1),
                        graph.op("Reshape", last, graph.ints(-1)),
                        total,
                        table(true),
                        table(false)),
                List.of(mixed, past.get(2), past.get(3)));
        return mixed;
    }

    private String multiHead(String q, String k, String v) {
        String rotatedQ = flat(rotated(split(q, HEADS)), HEADS);
        String rotatedK = flat(repeated(rotated(split(k, KV_HEADS))), HEADS);
        String allV = flat(repeated(split(v, KV_HEADS)), HEADS);
        String mixed = graph.fresh();
        graph.node(
                MS,
                "MultiHeadAttention",
                List.of(attribute("num_heads", (long) HEADS), attribute("unidirectional", 1L)),
                List.of(rotatedQ, rotatedK, allV),
                List.of(mixed));
        return mixed;
    }

    private String plain(String q, String k, String v, int layer) {
        String keys = rotated(split(k, KV_HEADS));
        String values = split(v, KV_HEADS);
        if (layer >= 0) {
            List<String> past = past(layer);
            graph.node("", "Concat", List.of(attribute("axis", 2L)), List.of(past.get(0), keys), List.of(past.get(2)));
            graph.node(
                    "", "Concat", List.of(attribute("axis", 2L)), List.of(past.get(1), values), List.of(past.get(3)));
            keys = past.get(2);
            values = past.get(3);
        }
        return mixed(rotated(split(q, HEADS)), repeated(keys), repeated(values), true);
    }

    /** Names of past keys and values and of present ones, declared as inputs and outputs. */
    private List<String> past(int layer) {
        List<String> names = new ArrayList<>();
        for (String kind : List.of("past_key_values", "present")) {
            for (String part : List.of("key", "value")) {
                String name = kind + "." + layer + "." + part;
                names.add(name);
                if (kind.equals("present")) {
                    graph.output(name, DataType.FLOAT, "batch", KV_HEADS, "total", HEAD);
                } else {
                    graph.input(name, DataType.FLOAT, "batch", KV_HEADS, "past", HEAD);
                }
            }
        }
        return names;
    }

    private String gated(String x) {
        String gate = graph.op("MatMul", x, weight("gate", WIDTH, HIDDEN));
        String silu = graph.op("Mul", gate, graph.op("Sigmoid", gate));
        String up = graph.op("MatMul", x, weight("up", WIDTH, HIDDEN));
        return graph.op("MatMul", graph.op("Mul", silu, up), weight("down", HIDDEN, WIDTH));
    }

    private String table(boolean cosine) {
        float[] values = new float[CONTEXT * HEAD / 2];
        for (int i = 0; i < values.length; i++) {
            double angle = (i / (HEAD / 2)) * Math.pow(10000, -2.0 * (i % (HEAD / 2)) / HEAD);
            values[i] = (float) (cosine ? Math.cos(angle) : Math.sin(angle));
        }
        return graph.weight(cosine ? "cos" : "sin", values, CONTEXT, HEAD / 2);
    }

    /** Rotary positions, halves side by side. */
    private String rotated(String x) {
        String cosine = graph.op("Unsqueeze", graph.op("Gather", table(true), "position_ids"), graph.ints(1));
        String sine = graph.op("Unsqueeze", graph.op("Gather", table(false), "position_ids"), graph.ints(1));
        String left = graph.op("Slice", x, graph.ints(0), graph.ints(HEAD / 2), graph.ints(3));
        String right = graph.op("Slice", x, graph.ints(HEAD / 2), graph.ints(HEAD), graph.ints(3));
        return graph.op(
                "Concat",
                List.of(attribute("axis", -1L)),
                graph.op("Sub", graph.op("Mul", left, cosine), graph.op("Mul", right, sine)),
                graph.op("Add", graph.op("Mul", right, cosine), graph.op("Mul", left, sine)));
    }

    /** {@code [batch, sequence, heads * headDim]} to {@code [batch, heads, sequence, headDim]}. */
    private String split(String x, int heads) {
        return transposed(graph.op("Reshape", x, graph.ints(0, 0, heads, HEAD)), 0, 2, 1, 3);
    }

    private String flat(String x, int heads) {
        return graph.op("Reshape", transposed(x, 0, 2, 1, 3), graph.ints(0, 0, heads * HEAD));
    }

    /** Keys or values of every query head. */
    private String repeated(String x) {
        String wide = graph.op("Unsqueeze", x, graph.ints(2));
        String expanded = graph.op("Concat", List.of(attribute("axis", 2L)), wide, wide);
        return graph.op("Reshape", expanded, graph.ints(0, HEADS, -1, HEAD));
    }

    private String transposed(String x, long... order) {
        return graph.op("Transpose", List.of(attribute("perm", order)), x);
    }

    private String mixed(String q, String k, String v, boolean causal) {
        String scores = graph.op(
                "Mul", graph.op("MatMul", q, transposed(k, 0, 1, 3, 2)), graph.scalar((float) (1 / Math.sqrt(HEAD))));
        if (causal) {
            String length = graph.op("Gather", graph.op("Shape", q), graph.ints(2));
            String mask = graph.op("Slice", triangle(), graph.ints(0), length, graph.ints(0));
            scores = graph.op("Add", scores, graph.op("Slice", mask, graph.ints(0), length, graph.ints(1)));
        }
        String weights = graph.op("Softmax", List.of(attribute("axis", -1L)), scores);
        return flat(graph.op("MatMul", weights, v), HEADS);
    }

    private String triangle() {
        float[] values = new float[CONTEXT * CONTEXT];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % CONTEXT > i / CONTEXT ? -10000f : 0;
        }
        return graph.weight("triangle", values, CONTEXT, CONTEXT);
    }

    private ModelProto buildGpt(boolean fused) {
        ids("input_ids");
        ids("position_ids");
        String stream = graph.op(
                "Add",
                graph.op("Gather", graph.weight("embed", VOCABULARY, WIDTH), "input_ids"),
                graph.op("Gather", graph.weight("positions", CONTEXT, WIDTH), "position_ids"));
        Branch branch = null;
        for (int layer = 0; layer < LAYERS; layer++) {
            prefix = "l" + layer + ".";
            String[] first = norm(stream, branch, "norm1", fused, true);
            Branch attended = attention(first[0], fused, true, layer);
            String[] second = norm(first[1], attended, "norm2", fused, true);
            branch = feedForward(second[0]);
            stream = second[1];
        }
        prefix = "";
        String normed = norm(stream, branch, "norm", fused, false)[0];
        graph.node(
                "", "MatMul", List.of(), List.of(normed, graph.weight("head", WIDTH, VOCABULARY)), List.of("logits"));
        graph.output("logits", DataType.FLOAT, "batch", "sequence", VOCABULARY);
        return graph.model();
    }

    private ModelProto buildBert(boolean fused) {
        ids("input_ids");
        ids("token_type_ids");
        ids("attention_mask");
        String stream = fused ? fusedEmbedding() : plainEmbedding();
        for (int layer = 0; layer < LAYERS; layer++) {
            prefix = "l" + layer + ".";
            stream = norm(stream, attention(stream, fused, false, layer), "norm1", fused, false)[0];
            stream = norm(stream, feedForward(stream), "norm2", fused, false)[0];
        }
        graph.output(stream, DataType.FLOAT, "batch", "sequence", WIDTH);
        return graph.model();
    }

    private String plainEmbedding() {
        String length = graph.op("Gather", graph.op("Shape", "input_ids"), graph.ints(1));
        String positions =
                graph.op("Slice", graph.weight("positions", CONTEXT, WIDTH), graph.ints(0), length, graph.ints(0));
        String tokens = graph.op("Gather", graph.weight("embed", VOCABULARY, WIDTH), "input_ids");
        String types = graph.op("Gather", graph.weight("types", 2, WIDTH), "token_type_ids");
        return layerNorm(graph.op("Add", graph.op("Add", tokens, types), positions), "norm0");
    }

    private String fusedEmbedding() {
        List<String> ids = new ArrayList<>();
        for (String input : List.of("input_ids", "token_type_ids")) {
            ids.add(graph.op("Cast", List.of(attribute("to", (long) DataType.INT32.getNumber())), input));
        }
        String normed = graph.fresh();
        graph.node(
                MS,
                "EmbedLayerNormalization",
                List.of(attribute("epsilon", 1e-5f)),
                List.of(
                        ids.get(0),
                        ids.get(1),
                        graph.weight("embed", VOCABULARY, WIDTH),
                        graph.weight("positions", CONTEXT, WIDTH),
                        graph.weight("types", 2, WIDTH),
                        weight("norm0.gamma", WIDTH),
                        weight("norm0.beta", WIDTH)),
                List.of(normed, graph.fresh()));
        return normed;
    }

    /** What a block writes into the stream, its last bias apart. */
    private record Branch(String value, String bias) {}

    private String[] norm(String stream, Branch branch, String name, boolean fused, boolean sumIsRead) {
        if (branch == null) {
            return new String[] {layerNorm(stream, name), stream};
        }
        if (!fused) {
            String sum = graph.op("Add", stream, graph.op("Add", branch.value, branch.bias));
            return new String[] {layerNorm(sum, name), sum};
        }
        String normed = graph.fresh();
        String sum = graph.fresh();
        graph.node(
                MS,
                "SkipLayerNormalization",
                List.of(attribute("epsilon", 1e-5f)),
                List.of(
                        branch.value,
                        stream,
                        weight(name + ".gamma", WIDTH),
                        weight(name + ".beta", WIDTH),
                        branch.bias),
                sumIsRead ? List.of(normed, "", "", sum) : List.of(normed));
        return new String[] {normed, sum};
    }

    private String layerNorm(String x, String name) {
        return graph.op(
                "LayerNormalization",
                List.of(attribute("epsilon", 1e-5f), attribute("axis", -1L)),
                x,
                weight(name + ".gamma", WIDTH),
                weight(name + ".beta", WIDTH));
    }

    private Branch attention(String x, boolean fused, boolean causal, int layer) {
        String mixed;
        if (fused) {
            mixed = packed(x, causal, layer);
        } else {
            List<String> parts = new ArrayList<>();
            for (String part : List.of("q", "k", "v")) {
                String projected = graph.op("MatMul", x, weight(part, WIDTH, WIDTH));
                parts.add(split(graph.op("Add", projected, weight(part + ".bias", WIDTH)), HEADS));
            }
            mixed = mixed(parts.get(0), parts.get(1), parts.get(2), causal);
        }
        return new Branch(graph.op("MatMul", mixed, weight("o", WIDTH, WIDTH)), weight("o.bias", WIDTH));
    }

    private String packed(String x, boolean causal, int layer) {
        float[] weights = new float[WIDTH * 3 * WIDTH];
        float[] biases = new float[3 * WIDTH];
        for (int p = 0; p < 3; p++) {
            String part = prefix + List.of("q", "k", "v").get(p);
            float[] matrix = GraphBuilder.values(part, WIDTH * WIDTH);
            for (int row = 0; row < WIDTH; row++) {
                System.arraycopy(matrix, row * WIDTH, weights, (row * 3 + p) * WIDTH, WIDTH);
            }
            System.arraycopy(GraphBuilder.values(part + ".bias", WIDTH), 0, biases, p * WIDTH, WIDTH);
        }
        String mixed = graph.fresh();
        List<String> inputs = new ArrayList<>(List.of(
                x,
                graph.weight(prefix + "qkv", weights, WIDTH, 3 * WIDTH),
                graph.weight(prefix + "qkv.bias", biases, 3 * WIDTH)));
        List<String> outputs = new ArrayList<>(List.of(mixed));
        if (causal) {
            inputs.addAll(List.of("", "past_" + layer));
            outputs.add("present_" + layer);
            graph.input("past_" + layer, DataType.FLOAT, 2, "batch", HEADS, "past", HEAD);
            graph.output("present_" + layer, DataType.FLOAT, 2, "batch", HEADS, "total", HEAD);
        }
        graph.node(
                MS,
                "Attention",
                List.of(attribute("num_heads", (long) HEADS), attribute("unidirectional", causal ? 1L : 0L)),
                inputs,
                outputs);
        return mixed;
    }

    private Branch feedForward(String x) {
        String hidden = graph.op("Add", graph.op("MatMul", x, weight("up", WIDTH, HIDDEN)), weight("up.bias", HIDDEN));
        String relu = graph.op("Relu", hidden);
        return new Branch(graph.op("MatMul", relu, weight("down", HIDDEN, WIDTH)), weight("down.bias", WIDTH));
    }

    private void ids(String name) {
        graph.input(name, DataType.INT64, "batch", "sequence");
    }

    private String weight(String name, int... shape) {
        return graph.weight(prefix + name, shape);
    }
}

package io.concordance.capture.model.gradient;

import static io.concordance.capture.model.gradient.GraphSketch.attribute;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Two blocks in LLaMA's manner: RMS norms taken apart, rotary positions by slices, four query heads on two key heads,
 * SwiGLU. Width 16, operator set 17.
 */
record TinyLlama(ModelProto model, List<String> stream) {
    private static final int WIDTH = 16;
    private static final int HEADS = 4;
    private static final int KEY_HEADS = 2;
    private static final int HEAD = 4;

    static TinyLlama of(Random random) {
        GraphSketch g = new GraphSketch(17, random);
        String rows = g.op("Range", g.integer(0), g.op("Squeeze", g.dim("input_ids", 1)), g.integer(1));
        String future = g.op("Less", g.unsqueeze(rows, 1), g.unsqueeze(rows, 0));
        String mask = g.op("Where", future, g.scalar(-1e9f), g.scalar(0));
        String frequencies = g.op("Exp", g.weight(HEAD / 2));
        String angles = g.op("Mul", g.unsqueeze(g.cast(rows, DataType.FLOAT), 1), frequencies);
        String both = g.op("Concat", List.of(attribute("axis", -1)), angles, angles);
        String cos = g.op("Cos", both);
        String sin = g.op("Sin", both);
        List<String> stream = new ArrayList<>();
        String x = g.named("stream.0", g.embedded(WIDTH));
        stream.add(x);
        for (int layer = 1; layer <= 2; layer++) {
            String normed = norm(g, x);
            String q = rotated(g, heads(g, normed, HEADS), cos, sin);
            String k = repeated(g, rotated(g, heads(g, normed, KEY_HEADS), cos, sin));
            String v = repeated(g, heads(g, normed, KEY_HEADS));
            String scores = g.op("Mul", g.op("MatMul", q, g.transpose(k, 0, 1, 3, 2)), g.scalar(0.5f));
            String pattern = g.op("Softmax", List.of(attribute("axis", -1)), g.op("Add", scores, mask));
            String mixed = g.transpose(g.op("MatMul", pattern, v), 0, 2, 1, 3);
            String joined = g.op("Reshape", mixed, g.ints(0, 0, WIDTH));
            x = g.op("Add", x, g.op("MatMul", joined, weight(g, WIDTH, WIDTH)));
            String read = norm(g, x);
            String gate = g.op("MatMul", read, weight(g, WIDTH, 3 * WIDTH));
            String silu = g.op("Mul", gate, g.op("Sigmoid", gate));
            String wide = g.op("Mul", silu, g.op("MatMul", read, weight(g, WIDTH, 3 * WIDTH)));
            x = g.named("stream." + layer, g.op("Add", x, g.op("MatMul", wide, weight(g, 3 * WIDTH, WIDTH))));
            stream.add(x);
        }
        String logits = g.op("MatMul", norm(g, x), weight(g, WIDTH, GraphSketch.VOCABULARY));
        return new TinyLlama(g.model(g.named("logits", logits)), stream);
    }

    private static String weight(GraphSketch g, long from, long to) {
        return g.op("Div", g.weight(from, to), g.scalar((float) Math.sqrt(from)));
    }

    private static String norm(GraphSketch g, String x) {
        String mean = g.reduce("ReduceMean", g.op("Pow", x, g.scalar(2)), true, -1);
        String root = g.op("Sqrt", g.op("Add", mean, g.scalar(1e-6f)));
        return g.op("Mul", g.weight(WIDTH), g.op("Mul", x, g.op("Reciprocal", root)));
    }

    private static String heads(GraphSketch g, String x, int heads) {
        String projected = g.op("MatMul", x, weight(g, WIDTH, (long) heads * HEAD));
        return g.transpose(g.op("Reshape", projected, g.ints(0, 0, heads, HEAD)), 0, 2, 1, 3);
    }

    private static String rotated(GraphSketch g, String x, String cos, String sin) {
        String first = g.slice(x, 3, 0, HEAD / 2);
        String second = g.slice(x, 3, HEAD / 2, Long.MAX_VALUE);
        String turned = g.op("Concat", List.of(attribute("axis", -1)), g.op("Neg", second), first);
        return g.op("Add", g.op("Mul", x, cos), g.op("Mul", turned, sin));
    }

    private static String repeated(GraphSketch g, String x) {
        String shape = g.op(
                "Concat",
                List.of(attribute("axis", 0)),
                g.dim(x, 0),
                g.ints(KEY_HEADS, HEADS / KEY_HEADS),
                g.dim(x, 2),
                g.ints(HEAD));
        String repeated = g.op("Expand", g.unsqueeze(x, 2), shape);
        return g.op(
                "Reshape",
                repeated,
                g.op("Concat", List.of(attribute("axis", 0)), g.dim(x, 0), g.ints(HEADS), g.dim(x, 2), g.ints(HEAD)));
    }
}

package io.concordance.capture.model.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Builds one-head transformers of two layers, width 8, with random weights and names that say nothing. */
public final class TinyTransformer {
    public static final int VOCABULARY = 40;
    public static final int CONTEXT = 24;
    public static final int WIDTH = 8;

    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("tiny");
    private final Random random = new Random(7);
    private final Norm norm;
    private int names;

    /** How norms are written. */
    public enum Norm {
        WHOLE,
        TAKEN_APART,
        RMS_DIVIDED,
        RMS_MULTIPLIED
    }

    private TinyTransformer(Norm norm) {
        this.norm = norm;
    }

    /** GPT-2's order: norms inside the branches. */
    public static ModelProto preNorm(Norm norm) {
        TinyTransformer tiny = new TinyTransformer(norm);
        String x = tiny.embed();
        for (int layer = 0; layer < 2; layer++) {
            x = tiny.op("Add", x, tiny.attention(tiny.norm(x)));
            x = tiny.op("Add", tiny.feedForward(tiny.norm(x)), x);
        }
        return tiny.finish(tiny.op("MatMul", tiny.norm(x), tiny.weight(WIDTH, VOCABULARY)));
    }

    /** GPT-2's order, with a stream of about 10^6: too large for half precision. */
    public static ModelProto loud() {
        TinyTransformer tiny = new TinyTransformer(Norm.WHOLE);
        String x = tiny.op("Mul", tiny.embed(), tiny.scalar(1e6f));
        x = tiny.op("Add", x, tiny.attention(tiny.norm(x)));
        x = tiny.op("Add", x, tiny.feedForward(tiny.norm(x)));
        return tiny.finish(tiny.norm(x));
    }

    /** BERT's order: norms on the stream. */
    public static ModelProto postNorm(Norm norm) {
        TinyTransformer tiny = new TinyTransformer(norm);
        String x = tiny.norm(tiny.embed());
        for (int layer = 0; layer < 2; layer++) {
            x = tiny.norm(tiny.op("Add", tiny.attention(x), x));
            x = tiny.norm(tiny.op("Add", tiny.feedForward(x), x));
        }
        return tiny.finish(x);
    }

    /** GPT-J's order, without a position table: both branches added to each other first. */
    public static ModelProto parallel() {
        TinyTransformer tiny = new TinyTransformer(Norm.TAKEN_APART);
        String x = tiny.op("Gather", tiny.weight(VOCABULARY, WIDTH), "input_ids");
        for (int layer = 0; layer < 2; layer++) {
            String normed = tiny.norm(x);
            x = tiny.op("Add", tiny.op("Add", tiny.attention(normed), tiny.feedForward(normed)), x);
        }
        return tiny.finish(tiny.norm(x));
    }

    /** A tokenizer of words {@code t0}, {@code t1}, ... */
    public static Path writeTokenizer(int ids, Path file) {
        String vocabulary = IntStream.range(0, ids)
                .mapToObj(i -> "\"t" + i + "\": " + i)
                .collect(Collectors.joining(", ", "{", "}"));
        String json = """
                {"version": "1.0", "added_tokens": [], "normalizer": null, "pre_tokenizer": {"type": "Whitespace"},
                 "post_processor": null, "decoder": null, "truncation": null, "padding": null,
                 "model": {"type": "WordLevel", "unk_token": "t0", "vocab": %s}}""".formatted(vocabulary);
        try {
            return Files.writeString(file, json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Path write(ModelProto model, Path file) {
        try {
            return Files.write(file, model.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String embed() {
        String tokens = op("Gather", weight(VOCABULARY, WIDTH), "input_ids");
        String length = op("Gather", op("Shape", "input_ids"), ints(1));
        String positions = op("Slice", weight(CONTEXT, WIDTH), ints(0), length, ints(0));
        return op("Add", tokens, positions);
    }

    private String attention(String x) {
        String q = op("MatMul", x, weight(WIDTH, WIDTH));
        String k = op("MatMul", x, weight(WIDTH, WIDTH));
        String v = op("Add", op("MatMul", x, weight(WIDTH, WIDTH)), weight(WIDTH));
        String scores = op("MatMul", q, transpose(k));
        String length = op("Gather", op("Shape", x), ints(1));
        String mask = op("Slice", op("Slice", causal(), ints(0), length, ints(0)), ints(0), length, ints(1));
        String mixed = op("MatMul", op("Softmax", op("Add", scores, mask)), v);
        return op("Add", weight(WIDTH), op("MatMul", mixed, weight(WIDTH, WIDTH)));
    }

    /** With GELU by tanh taken apart, which adds two computed values inside the branch. */
    private String feedForward(String x) {
        String h = op("Add", op("MatMul", x, weight(WIDTH, 4 * WIDTH)), weight(4 * WIDTH));
        String cubed = op("Mul", op("Mul", op("Mul", h, h), h), scalar(0.044715f));
        String inner = op("Tanh", op("Mul", op("Add", h, cubed), scalar(0.7978846f)));
        String gelu = op("Mul", op("Mul", h, op("Add", inner, scalar(1))), scalar(0.5f));
        return op("Add", op("MatMul", gelu, weight(4 * WIDTH, WIDTH)), weight(WIDTH));
    }

    private String norm(String x) {
        return switch (norm) {
            case WHOLE -> op("LayerNormalization", x, weight(WIDTH), weight(WIDTH));
            case TAKEN_APART -> {
                String centred = op("Sub", x, mean(x));
                String normalised = op("Div", centred, op("Sqrt", variance(op("Pow", centred, scalar(2)))));
                yield op("Add", op("Mul", normalised, weight(WIDTH)), weight(WIDTH));
            }
            case RMS_DIVIDED -> op("Mul", op("Div", x, op("Sqrt", variance(op("Mul", x, x)))), weight(WIDTH));
            case RMS_MULTIPLIED -> {
                String root = op("Sqrt", variance(op("Pow", x, scalar(2))));
                yield op("Mul", weight(WIDTH), op("Mul", x, op("Reciprocal", root)));
            }
        };
    }

    private String variance(String squares) {
        return op("Add", mean(squares), scalar(1e-5f));
    }

    private String mean(String x) {
        String name = op("ReduceMean", x);
        graph.getNodeBuilder(graph.getNodeCount() - 1)
                .addAttribute(AttributeProto.newBuilder()
                        .setName("axes")
                        .setType(AttributeProto.AttributeType.INTS)
                        .addInts(-1));
        return name;
    }

    private String transpose(String x) {
        String name = op("Transpose", x);
        graph.getNodeBuilder(graph.getNodeCount() - 1)
                .addAttribute(AttributeProto.newBuilder()
                        .setName("perm")
                        .setType(AttributeProto.AttributeType.INTS)
                        .addAllInts(List.of(0L, 2L, 1L)));
        return name;
    }

    private String op(String type, String... inputs) {
        String output = "v" + names++;
        graph.addNode(NodeProto.newBuilder()
                .setOpType(type)
                .addAllInput(Arrays.asList(inputs))
                .addOutput(output));
        return output;
    }

    private String weight(long... shape) {
        int size = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        TensorProto.Builder tensor = floats(shape);
        for (int i = 0; i < size; i++) {
            tensor.addFloatData((float) random.nextGaussian() * 0.4f);
        }
        return store(tensor);
    }

    private String causal() {
        TensorProto.Builder tensor = floats(CONTEXT, CONTEXT);
        for (int i = 0; i < CONTEXT * CONTEXT; i++) {
            tensor.addFloatData(i % CONTEXT > i / CONTEXT ? -1e9f : 0);
        }
        return store(tensor);
    }

    private String scalar(float value) {
        return store(floats().addFloatData(value));
    }

    private String ints(long value) {
        return store(TensorProto.newBuilder()
                .setDataType(TensorProto.DataType.INT64.getNumber())
                .addDims(1)
                .addInt64Data(value));
    }

    private static TensorProto.Builder floats(long... shape) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setDataType(TensorProto.DataType.FLOAT.getNumber());
        Arrays.stream(shape).forEach(tensor::addDims);
        return tensor;
    }

    private String store(TensorProto.Builder tensor) {
        String name = "w" + names++;
        graph.addInitializer(tensor.setName(name));
        return name;
    }

    private ModelProto finish(String output) {
        graph.addInput(value("input_ids", TensorProto.DataType.INT64, 2));
        graph.addOutput(value(output, TensorProto.DataType.FLOAT, 3));
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .setGraph(graph)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                .build();
    }

    private static ValueInfoProto value(String name, TensorProto.DataType type, int rank) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (int i = 0; i < rank; i++) {
            shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimParam(name + i));
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(type.getNumber())
                                .setShape(shape)))
                .build();
    }
}

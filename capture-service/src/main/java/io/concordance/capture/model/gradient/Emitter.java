package io.concordance.capture.model.gradient;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Writes nodes into a graph in the forms of its operator set, 11 or later. */
final class Emitter {
    static final int OLDEST_OPSET = 11;
    /** From here on {@code axes} of ReduceSum, Squeeze and Unsqueeze are inputs, and Softmax knows single axes. */
    static final int AXES_AS_INPUT = 13;
    /** From here on {@code axes} of the other reductions are inputs. */
    private static final int REDUCTION_AXES_AS_INPUT = 18;

    private static final String PREFIX = "concordance.gradient.";

    private final GraphProto.Builder graph;
    private final int opset;
    private final Map<String, String> made = new HashMap<>();
    private int names;
    private boolean contributed;

    Emitter(GraphProto.Builder graph, int opset) {
        this.graph = graph;
        this.opset = opset;
    }

    int opset() {
        return opset;
    }

    /** Whether an operator of {@code com.microsoft} was written. */
    boolean contributed() {
        return contributed;
    }

    String op(String type, String... inputs) {
        return op(type, List.of(), inputs);
    }

    String op(String type, List<AttributeProto> attributes, String... inputs) {
        return write("", type, attributes, inputs);
    }

    /** An operator of ONNX Runtime's own set. */
    String contributed(String type, List<AttributeProto> attributes, String... inputs) {
        contributed = true;
        return write("com.microsoft", type, attributes, inputs);
    }

    private String write(String domain, String type, List<AttributeProto> attributes, String... inputs) {
        String output = PREFIX + type + "." + names++;
        graph.addNode(NodeProto.newBuilder()
                .setDomain(domain)
                .setOpType(type)
                .setName(output)
                .addAllAttribute(attributes)
                .addAllInput(Arrays.asList(inputs))
                .addOutput(output));
        return output;
    }

    /** The shape of a value, int64 {@code [rank]}. */
    String shape(String value) {
        return once("shape of " + value, () -> op("Shape", value));
    }

    /** One dimension of a value, int64 {@code [1]}. */
    String dim(String value, int axis) {
        return once(
                "dimension " + axis + " of " + value,
                () -> op("Gather", List.of(attribute("axis", 0)), shape(value), ints(axis)));
    }

    String reshapeLike(String value, String like) {
        return op("Reshape", value, shape(like));
    }

    String zerosLike(String value, ValueType type) {
        TensorProto zero = scalar(type.element(), 0).toBuilder().addDims(1).build();
        return op(
                "ConstantOfShape",
                List.of(AttributeProto.newBuilder()
                        .setName("value")
                        .setType(AttributeProto.AttributeType.TENSOR)
                        .setT(zero)
                        .build()),
                shape(value));
    }

    String cast(String value, int element) {
        return op("Cast", List.of(attribute("to", element)), value);
    }

    /** ReduceSum, ReduceMean and so on. */
    String reduce(String type, String value, int[] axes, boolean keepDims) {
        AttributeProto keep = attribute("keepdims", keepDims ? 1 : 0);
        long[] all = Arrays.stream(axes).asLongStream().toArray();
        boolean asInput = opset >= (type.equals("ReduceSum") ? AXES_AS_INPUT : REDUCTION_AXES_AS_INPUT);
        return asInput
                ? op(type, List.of(keep), value, ints(all))
                : op(type, List.of(keep, attribute("axes", all)), value);
    }

    String sum(String value, int... axes) {
        return reduce("ReduceSum", value, axes, true);
    }

    String mean(String value, int... axes) {
        return reduce("ReduceMean", value, axes, true);
    }

    String unsqueeze(String value, int axis) {
        return opset >= AXES_AS_INPUT
                ? op("Unsqueeze", value, ints(axis))
                : op("Unsqueeze", List.of(attribute("axes", new long[] {axis})), value);
    }

    String squeeze(String value, int axis) {
        return opset >= AXES_AS_INPUT
                ? op("Squeeze", value, ints(axis))
                : op("Squeeze", List.of(attribute("axes", new long[] {axis})), value);
    }

    /** A scalar of an element type. */
    String constant(ValueType type, double value) {
        return once("constant " + type.element() + " " + value, () -> store(scalar(type.element(), value)));
    }

    /** An int64 vector. */
    String ints(long... values) {
        return once("integers " + Arrays.toString(values), () -> {
            TensorProto.Builder tensor = TensorProto.newBuilder()
                    .setDataType(TensorProto.DataType.INT64.getNumber())
                    .addDims(values.length);
            Arrays.stream(values).forEach(tensor::addInt64Data);
            return store(tensor.build());
        });
    }

    /** An int64 scalar. */
    String integer(long value) {
        return once(
                "integer " + value,
                () -> store(TensorProto.newBuilder()
                        .setDataType(TensorProto.DataType.INT64.getNumber())
                        .addInt64Data(value)
                        .build()));
    }

    private String once(String key, Supplier<String> make) {
        String known = made.get(key);
        if (known == null) {
            known = make.get();
            made.put(key, known);
        }
        return known;
    }

    private String store(TensorProto tensor) {
        String name = PREFIX + "constant." + names++;
        graph.addInitializer(tensor.toBuilder().setName(name));
        return name;
    }

    private static TensorProto scalar(int element, double value) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setDataType(element);
        switch (TensorProto.DataType.forNumber(element)) {
            case FLOAT -> tensor.addFloatData((float) value);
            case DOUBLE -> tensor.addDoubleData(value);
            case FLOAT16 -> tensor.addInt32Data(Short.toUnsignedInt(Float.floatToFloat16((float) value)));
            case null, default -> throw new Rule.Refusal("values of type " + TensorProto.DataType.forNumber(element));
        }
        return tensor.build();
    }

    static AttributeProto attribute(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }

    static AttributeProto attribute(String name, float value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.FLOAT)
                .setF(value)
                .build();
    }

    static AttributeProto attribute(String name, long[] values) {
        AttributeProto.Builder attribute =
                AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
        Arrays.stream(values).forEach(attribute::addInts);
        return attribute.build();
    }

    static AttributeProto attribute(String name, String value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.STRING)
                .setS(ByteString.copyFromUtf8(value))
                .build();
    }
}

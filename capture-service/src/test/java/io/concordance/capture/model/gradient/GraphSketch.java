package io.concordance.capture.model.gradient;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Writes small graphs by hand. The values of {@code input_ids} are below {@link #VOCABULARY}. */
final class GraphSketch {
    static final int VOCABULARY = 40;

    final int opset;
    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("sketch");
    private final Random random;
    private int names;

    GraphSketch(int opset, Random random) {
        this.opset = opset;
        this.random = random;
    }

    String op(String type, String... inputs) {
        return op(type, List.of(), inputs);
    }

    /** An operator of {@code com.microsoft} when its name starts with {@code ms:}. */
    String op(String type, List<AttributeProto> attributes, String... inputs) {
        return ops(1, type, attributes, inputs).getFirst();
    }

    List<String> ops(int outputs, String type, List<AttributeProto> attributes, String... inputs) {
        NodeProto.Builder node = NodeProto.newBuilder()
                .setOpType(type.replace("ms:", ""))
                .setDomain(type.startsWith("ms:") ? "com.microsoft" : "")
                .addAllAttribute(attributes)
                .addAllInput(Arrays.asList(inputs));
        List<String> made = new ArrayList<>();
        for (int i = 0; i < outputs; i++) {
            made.add("v" + names++);
        }
        graph.addNode(node.addAllOutput(made));
        return made;
    }

    /** The value under another name. */
    String named(String name, String value) {
        graph.addNode(
                NodeProto.newBuilder().setOpType("Identity").addInput(value).addOutput(name));
        return name;
    }

    String embedded(int width) {
        return op("Gather", weight(VOCABULARY, width), "input_ids");
    }

    String reduce(String type, String x, boolean keep, long... axes) {
        int asInput = type.equals("ReduceSum") ? 13 : 18;
        AttributeProto keepDims = attribute("keepdims", keep ? 1 : 0);
        return opset >= asInput
                ? op(type, List.of(keepDims), x, ints(axes))
                : op(type, List.of(keepDims, attribute("axes", axes)), x);
    }

    String unsqueeze(String x, long axis) {
        return opset >= 13
                ? op("Unsqueeze", x, ints(axis))
                : op("Unsqueeze", List.of(attribute("axes", new long[] {axis})), x);
    }

    String squeeze(String x, long axis) {
        return opset >= 13
                ? op("Squeeze", x, ints(axis))
                : op("Squeeze", List.of(attribute("axes", new long[] {axis})), x);
    }

    List<String> split(String x, long axis, long... sizes) {
        return opset >= 13
                ? ops(sizes.length, "Split", List.of(attribute("axis", axis)), x, ints(sizes))
                : ops(sizes.length, "Split", List.of(attribute("axis", axis), attribute("split", sizes)), x);
    }

    String slice(String x, long axis, long start, long end) {
        return op("Slice", x, ints(start), ints(end), ints(axis));
    }

    String transpose(String x, long... permutation) {
        return op("Transpose", List.of(attribute("perm", permutation)), x);
    }

    String cast(String x, DataType to) {
        return op("Cast", List.of(attribute("to", to.getNumber())), x);
    }

    String dim(String x, long axis) {
        return op("Gather", op("Shape", x), ints(axis));
    }

    String weight(long... shape) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setDataType(DataType.FLOAT.getNumber());
        long size = 1;
        for (long dim : shape) {
            tensor.addDims(dim);
            size *= dim;
        }
        for (int i = 0; i < size; i++) {
            tensor.addFloatData((float) random.nextGaussian());
        }
        return store(tensor);
    }

    String scalar(float value) {
        return store(
                TensorProto.newBuilder().setDataType(DataType.FLOAT.getNumber()).addFloatData(value));
    }

    String ints(long... values) {
        TensorProto.Builder tensor =
                TensorProto.newBuilder().setDataType(DataType.INT64.getNumber()).addDims(values.length);
        Arrays.stream(values).forEach(tensor::addInt64Data);
        return store(tensor);
    }

    String integer(long value) {
        return store(
                TensorProto.newBuilder().setDataType(DataType.INT64.getNumber()).addInt64Data(value));
    }

    private String store(TensorProto.Builder tensor) {
        String name = "w" + names++;
        graph.addInitializer(tensor.setName(name));
        return name;
    }

    ModelProto model(String output) {
        graph.addInput(value("input_ids", DataType.INT64, 2));
        graph.addOutput(value(output, DataType.FLOAT, 3));
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .setGraph(graph)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset))
                .addOpsetImport(OperatorSetIdProto.newBuilder()
                        .setDomain("com.microsoft")
                        .setVersion(1))
                .build();
    }

    private static ValueInfoProto value(String name, DataType type, int rank) {
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

    static AttributeProto attribute(String name, long... values) {
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

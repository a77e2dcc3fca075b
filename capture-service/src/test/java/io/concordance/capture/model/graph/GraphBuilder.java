package io.concordance.capture.model.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;

/** Writes a graph node by node. A weight's values follow from its name, so that two graphs can share them. */
final class GraphBuilder {
    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("built");
    private final Set<String> stored = new HashSet<>();
    private int names;

    static AttributeProto attribute(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.INT)
                .setI(value)
                .build();
    }

    static AttributeProto attribute(String name, float value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.FLOAT)
                .setF(value)
                .build();
    }

    static AttributeProto attribute(String name, long... values) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.INTS)
                .addAllInts(LongStream.of(values).boxed().toList())
                .build();
    }

    String op(String type, String... inputs) {
        return op(type, List.of(), inputs);
    }

    String op(String type, List<AttributeProto> attributes, String... inputs) {
        String output = "v" + names++;
        node("", type, attributes, List.of(inputs), List.of(output));
        return output;
    }

    void node(String domain, String type, List<AttributeProto> attributes, List<String> inputs, List<String> outputs) {
        graph.addNode(NodeProto.newBuilder()
                .setDomain(domain)
                .setOpType(type)
                .addAllAttribute(attributes)
                .addAllInput(inputs)
                .addAllOutput(outputs));
    }

    String fresh() {
        return "v" + names++;
    }

    static float[] values(String name, int count) {
        Random random = new Random(name.hashCode());
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian() * 0.1f;
        }
        return values;
    }

    String weight(String name, int... shape) {
        return weight(name, values(name, Arrays.stream(shape).reduce(1, (a, b) -> a * b)), shape);
    }

    String weight(String name, float[] values, int... shape) {
        if (stored.add(name)) {
            TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(DataType.FLOAT.getNumber());
            Arrays.stream(shape).forEach(tensor::addDims);
            for (float value : values) {
                tensor.addFloatData(value);
            }
            graph.addInitializer(tensor);
        }
        return name;
    }

    String scalar(float value) {
        return weight("scalar" + value, new float[] {value});
    }

    String ints(long... values) {
        String name = "ints" + Arrays.toString(values);
        if (stored.add(name)) {
            graph.addInitializer(TensorProto.newBuilder()
                    .setName(name)
                    .setDataType(DataType.INT64.getNumber())
                    .addDims(values.length)
                    .addAllInt64Data(LongStream.of(values).boxed().toList()));
        }
        return name;
    }

    void input(String name, DataType type, Object... dims) {
        graph.addInput(value(name, type, dims));
    }

    void output(String name, DataType type, Object... dims) {
        graph.addOutput(value(name, type, dims));
    }

    ModelProto model() {
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .setGraph(graph)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                .addOpsetImport(OperatorSetIdProto.newBuilder()
                        .setDomain("com.microsoft")
                        .setVersion(1))
                .build();
    }

    private static ValueInfoProto value(String name, DataType type, Object... dims) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (Object dim : dims) {
            if (dim instanceof Integer fixed) {
                shape.addDimBuilder().setDimValue(fixed);
            } else {
                shape.addDimBuilder().setDimParam(dim.toString());
            }
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

package io.concordance.capture.model;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.List;

/** The bundled organism's graph with keys and values of earlier tokens as inputs and outputs. */
final class CachedOrganism {
    private static final int BLOCKS = 4;
    private static final String EARLIER = "earlier";
    private static final String TOTAL = "total";

    private CachedOrganism() {}

    static ModelProto of(ModelProto organism) {
        GraphProto.Builder graph = organism.getGraph().toBuilder().clearNode();
        for (int b = 0; b < BLOCKS; b++) {
            graph.addInput(cache("past_key_values." + b + ".key", "earlier"));
            graph.addInput(cache("past_key_values." + b + ".value", "earlier"));
            graph.addOutput(cache("present." + b + ".key", "all"));
            graph.addOutput(cache("present." + b + ".value", "all"));
        }
        graph.addNode(node("Shape", EARLIER, "past_key_values.0.value")
                .addAttribute(number("start", 2))
                .addAttribute(number("end", 3)));
        for (NodeProto node : organism.getGraph().getNodeList()) {
            graph.addNode(changed(node));
            if (node.getOutput(0).equals("/Unsqueeze_output_0")) {
                graph.addNode(node("Add", TOTAL, EARLIER, node.getOutput(0)));
            }
            for (int b = 0; b < BLOCKS; b++) {
                String key = "past_key_values." + b + ".key";
                if (node.getOutput(0).equals("/blocks." + b + "/Transpose_2_output_0")) {
                    graph.addNode(node("Transpose", key + "T", key).addAttribute(turned()));
                    graph.addNode(node("Concat", "keysT." + b, key + "T", node.getOutput(0))
                            .addAttribute(number("axis", 3)));
                    graph.addNode(node("Transpose", "present." + b + ".key", "keysT." + b)
                            .addAttribute(turned()));
                } else if (node.getOutput(0).equals("/blocks." + b + "/Transpose_1_output_0")) {
                    graph.addNode(node(
                                    "Concat",
                                    "present." + b + ".value",
                                    "past_key_values." + b + ".value",
                                    node.getOutput(0))
                            .addAttribute(number("axis", 2)));
                }
            }
        }
        return organism.toBuilder().setGraph(graph).build();
    }

    private static NodeProto changed(NodeProto node) {
        NodeProto.Builder changed = node.toBuilder();
        switch (node.getOutput(0)) {
            case "/Slice_output_0", "/Slice_2_output_0" ->
                changed.setInput(1, EARLIER).setInput(2, TOTAL);
            case "/Slice_1_output_0" -> changed.setInput(2, TOTAL);
            default -> {
                for (int b = 0; b < BLOCKS; b++) {
                    if (node.getOutput(0).equals("/blocks." + b + "/MatMul_output_0")) {
                        changed.setInput(1, "keysT." + b);
                    } else if (node.getOutput(0).equals("/blocks." + b + "/MatMul_1_output_0")) {
                        changed.setInput(1, "present." + b + ".value");
                    }
                }
            }
        }
        return changed.build();
    }

    private static NodeProto.Builder node(String type, String output, String... inputs) {
        return NodeProto.newBuilder()
                .setOpType(type)
                .setName(output)
                .addAllInput(List.of(inputs))
                .addOutput(output);
    }

    private static AttributeProto number(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }

    private static AttributeProto turned() {
        return AttributeProto.newBuilder()
                .setName("perm")
                .setType(AttributeProto.AttributeType.INTS)
                .addAllInts(List.of(0L, 1L, 3L, 2L))
                .build();
    }

    private static ValueInfoProto cache(String name, String length) {
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(TensorProto.DataType.FLOAT.getNumber())
                                .setShape(TensorShapeProto.newBuilder()
                                        .addDim(TensorShapeProto.Dimension.newBuilder()
                                                .setDimParam("batch"))
                                        .addDim(TensorShapeProto.Dimension.newBuilder()
                                                .setDimValue(4))
                                        .addDim(TensorShapeProto.Dimension.newBuilder()
                                                .setDimParam(length))
                                        .addDim(TensorShapeProto.Dimension.newBuilder()
                                                .setDimValue(32)))))
                .build();
    }
}

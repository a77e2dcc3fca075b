package io.concordance.capture.model.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataLocation;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What other tools make of a graph without changing what it computes. */
public final class Rewrites {
    private static final Map<String, String> SKIPS = Map.of(
            "LayerNormalization", "SkipLayerNormalization",
            "SimplifiedLayerNormalization", "SkipSimplifiedLayerNormalization");
    private static final int ALIGNMENT = 4096;

    private Rewrites() {}

    /** Every norm of a sum fused with the sum, and with the bias that ends one of its operands where there is one. */
    public static ModelProto skipNorms(ModelProto model) {
        Map<String, NodeProto> producers = new HashMap<>();
        Map<String, Integer> readers = new HashMap<>();
        Set<String> weights = new HashSet<>();
        GraphProto graph = model.getGraph();
        graph.getInitializerList().forEach(t -> weights.add(t.getName()));
        for (NodeProto node : graph.getNodeList()) {
            node.getOutputList().forEach(v -> producers.put(v, node));
            node.getInputList().forEach(v -> readers.merge(v, 1, Integer::sum));
        }
        graph.getOutputList().forEach(o -> readers.merge(o.getName(), 1, Integer::sum));
        Map<NodeProto, NodeProto> fusedAt = new HashMap<>();
        Set<NodeProto> gone = new HashSet<>();
        for (NodeProto norm : graph.getNodeList()) {
            NodeProto sum = SKIPS.containsKey(norm.getOpType()) ? producers.get(norm.getInput(0)) : null;
            if (sum == null
                    || !sum.getOpType().equals("Add")
                    || sum.getInputList().stream().anyMatch(weights::contains)
                    || fusedAt.containsKey(sum)) {
                continue;
            }
            fusedAt.put(sum, fused(norm, sum, readers.get(sum.getOutput(0)) > 1, producers, readers, weights, gone));
            gone.add(norm);
        }
        GraphProto.Builder rewritten = graph.toBuilder().clearNode();
        for (NodeProto node : graph.getNodeList()) {
            if (!gone.contains(node)) {
                rewritten.addNode(fusedAt.getOrDefault(node, node));
            }
        }
        ModelProto.Builder result = model.toBuilder().setGraph(rewritten);
        if (model.getOpsetImportList().stream().noneMatch(o -> o.getDomain().equals("com.microsoft"))) {
            result.addOpsetImport(
                    OperatorSetIdProto.newBuilder().setDomain("com.microsoft").setVersion(1));
        }
        return result.build();
    }

    private static NodeProto fused(
            NodeProto norm,
            NodeProto sum,
            boolean sumIsRead,
            Map<String, NodeProto> producers,
            Map<String, Integer> readers,
            Set<String> weights,
            Set<NodeProto> gone) {
        NodeProto.Builder fused =
                NodeProto.newBuilder().setDomain("com.microsoft").setOpType(SKIPS.get(norm.getOpType()));
        int branch = 0;
        String bias = null;
        for (int i = 0; i < 2 && bias == null; i++) {
            NodeProto before = producers.get(sum.getInput(i));
            bias = bias(before, readers, weights);
            if (bias != null) {
                branch = i;
                gone.add(before);
                fused.addInput(before.getInput(before.getInput(0).equals(bias) ? 1 : 0));
            }
        }
        if (bias == null) {
            fused.addInput(sum.getInput(0));
        }
        fused.addInput(sum.getInput(1 - branch)).addInput(norm.getInput(1));
        boolean simplified = norm.getOpType().equals("SimplifiedLayerNormalization");
        if (!simplified) {
            fused.addInput(norm.getInputCount() > 2 ? norm.getInput(2) : "");
        }
        if (bias != null) {
            fused.addInput(bias);
        }
        norm.getAttributeList().stream()
                .filter(a -> a.getName().equals("epsilon"))
                .forEach(fused::addAttribute);
        fused.addOutput(norm.getOutput(0));
        if (sumIsRead) {
            fused.addOutput("").addOutput("").addOutput(sum.getOutput(0));
        }
        return fused.build();
    }

    private static @Nullable String bias(@Nullable NodeProto add, Map<String, Integer> readers, Set<String> weights) {
        boolean biases = add != null
                && add.getOpType().equals("Add")
                && readers.getOrDefault(add.getOutput(0), 0) == 1
                && add.getInputList().stream().filter(weights::contains).count() == 1;
        return biases ? add.getInput(weights.contains(add.getInput(0)) ? 0 : 1) : null;
    }

    /** Weights, inputs and casts in half precision. */
    public static ModelProto half(ModelProto model) {
        GraphProto.Builder graph = model.getGraph().toBuilder();
        for (int i = 0; i < graph.getInitializerCount(); i++) {
            graph.setInitializer(i, half(graph.getInitializer(i)));
        }
        for (int i = 0; i < graph.getInputCount(); i++) {
            graph.setInput(i, half(graph.getInput(i)));
        }
        for (int i = 0; i < graph.getOutputCount(); i++) {
            graph.setOutput(i, half(graph.getOutput(i)));
        }
        for (int i = 0; i < graph.getNodeCount(); i++) {
            NodeProto.Builder node = graph.getNodeBuilder(i);
            for (int a = 0; a < node.getAttributeCount(); a++) {
                AttributeProto attribute = node.getAttribute(a);
                if (attribute.hasT()) {
                    node.setAttribute(a, attribute.toBuilder().setT(half(attribute.getT())));
                } else if (node.getOpType().equals("Cast") && attribute.getI() == DataType.FLOAT.getNumber()) {
                    node.setAttribute(a, attribute.toBuilder().setI(DataType.FLOAT16.getNumber()));
                }
            }
        }
        return model.toBuilder().setGraph(graph.clearValueInfo()).build();
    }

    private static ValueInfoProto half(ValueInfoProto value) {
        TypeProto.Tensor type = value.getType().getTensorType();
        return type.getElemType() != DataType.FLOAT.getNumber()
                ? value
                : value.toBuilder()
                        .setType(TypeProto.newBuilder()
                                .setTensorType(type.toBuilder().setElemType(DataType.FLOAT16.getNumber())))
                        .build();
    }

    private static TensorProto half(TensorProto tensor) {
        if (tensor.getDataType() != DataType.FLOAT.getNumber()) {
            return tensor;
        }
        TensorProto.Builder half = TensorProto.newBuilder()
                .setName(tensor.getName())
                .setDataType(DataType.FLOAT16.getNumber())
                .addAllDims(tensor.getDimsList());
        float[] values = floats(tensor);
        ByteBuffer raw = ByteBuffer.allocate(values.length * 2).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            raw.putShort(Float.floatToFloat16(Math.clamp(value, -65504f, 65504f)));
        }
        return half.setRawData(ByteString.copyFrom(raw.flip())).build();
    }

    private static float[] floats(TensorProto tensor) {
        if (!tensor.hasRawData()) {
            float[] values = new float[tensor.getFloatDataCount()];
            for (int i = 0; i < values.length; i++) {
                values[i] = tensor.getFloatData(i);
            }
            return values;
        }
        float[] values = new float[tensor.getRawData().size() / 4];
        tensor.getRawData()
                .asReadOnlyByteBuffer()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(values);
        return values;
    }

    /**
     * Writes a model whose float weights lie in one file beside it.
     *
     * @return the graph's file
     */
    public static Path external(ModelProto model, Path folder, String location) {
        GraphProto.Builder graph = model.getGraph().toBuilder();
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        try {
            for (int i = 0; i < graph.getInitializerCount(); i++) {
                TensorProto tensor = graph.getInitializer(i);
                if (tensor.getDataType() != DataType.FLOAT.getNumber()) {
                    continue;
                }
                data.write(new byte[Math.floorMod(-data.size(), ALIGNMENT)]);
                float[] values = floats(tensor);
                ByteBuffer raw = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
                raw.asFloatBuffer().put(values);
                graph.setInitializer(i, reference(tensor, location, data.size(), raw.capacity()));
                data.write(raw.array());
            }
            Path file = folder.resolve(location);
            Files.createDirectories(file.getParent());
            Files.write(file, data.toByteArray());
            return Files.write(
                    folder.resolve("model.onnx"),
                    model.toBuilder().setGraph(graph).build().toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A tensor whose values lie elsewhere. */
    public static TensorProto reference(TensorProto tensor, String location, long offset, long length) {
        return tensor.toBuilder()
                .clearFloatData()
                .clearRawData()
                .setDataLocation(DataLocation.EXTERNAL)
                .clearExternalData()
                .addAllExternalData(List.of(
                        entry("location", location),
                        entry("offset", Long.toString(offset)),
                        entry("length", Long.toString(length))))
                .build();
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }
}

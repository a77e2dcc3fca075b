package io.concordance.capture.model.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.concordance.capture.model.graph.EditSurgery.Part;
import java.util.List;

/** The nodes and inputs of one slot of {@link EditSurgery}. */
final class EditCell {
    private static final int FLOAT = TensorProto.DataType.FLOAT.getNumber();

    private final GraphProto.Builder graph;
    private final TensorShapeProto tokens;
    private final int site;
    private final int slot;
    private final EditSite what;

    /** @param tokens shape of the token ids */
    EditCell(GraphProto.Builder graph, TensorShapeProto tokens, int site, int slot, EditSite what) {
        this.graph = graph;
        this.tokens = tokens;
        this.site = site;
        this.slot = slot;
        this.what = what;
    }

    /**
     * @param h value before the slot; {@code out} the name it has after it
     * @param type its element type
     */
    void write(String h, String out, int type) {
        addInputs();
        String x = type == FLOAT ? h : cast("wide", h, FLOAT);
        String p = op(
                "Add",
                "p",
                op("MatMul", "mixed", op("Sub", "centred", x, in(Part.CENTRE)), in(Part.ENCODER)),
                in(Part.BIAS));
        String fires = op("Where", "fired", op("Greater", "fires", p, in(Part.THRESHOLD)), p, EditSurgery.ZERO);
        String z = what.topK() ? largest(p, fires) : fires;
        String change = op("Add", "change", op("MatMul", "decoded", z, in(Part.DECODER)), in(Part.DELTA));
        String y = op("Add", "edited", op("Mul", "kept", x, in(Part.KEEP)), change);
        String narrow = type == FLOAT ? y : cast("narrow", y, type);
        // The unchanged value must be the second operand: ONNX Runtime loses the sign of zeros in the first.
        graph.addNode(node("Where", out, List.of(in(Part.MASK), narrow, h)));
    }

    /** Zeroes all but the k largest of a token; of equal ones the first stay. */
    private String largest(String p, String fires) {
        String values = name("largest");
        String indices = name("indices");
        graph.addNode(
                node("TopK", values, List.of(p, in(Part.K))).addOutput(indices).addAttribute(attribute("axis", -1)));
        String zeros = op("ConstantOfShape", "zeros", op("Shape", "shape", p));
        String ones = name("ones");
        graph.addNode(node("ConstantOfShape", ones, List.of(op("Shape", "count", indices)))
                .addAttribute(AttributeProto.newBuilder()
                        .setName("value")
                        .setType(AttributeProto.AttributeType.TENSOR)
                        .setT(TensorProto.newBuilder()
                                .setDataType(FLOAT)
                                .addDims(1)
                                .addFloatData(1))));
        String chosen = name("chosen");
        graph.addNode(
                node("ScatterElements", chosen, List.of(zeros, indices, ones)).addAttribute(attribute("axis", -1)));
        return op("Mul", "z", fires, chosen);
    }

    private void addInputs() {
        for (Part part : Part.values()) {
            if (part == Part.K && !what.topK()) {
                continue;
            }
            TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
            String features = "features." + site + "." + slot;
            switch (part) {
                case MASK ->
                    shape.addDim(tokenDimension(0)).addDim(tokenDimension(1)).addDim(fixed(1));
                case KEEP, K -> shape.addDim(fixed(1));
                case DELTA, CENTRE -> shape.addDim(fixed(what.width()));
                case ENCODER -> shape.addDim(fixed(what.width())).addDim(named(features));
                case DECODER -> shape.addDim(named(features)).addDim(fixed(what.width()));
                case BIAS, THRESHOLD -> shape.addDim(named(features));
            }
            TensorProto.DataType type = switch (part) {
                case MASK -> TensorProto.DataType.BOOL;
                case K -> TensorProto.DataType.INT64;
                default -> TensorProto.DataType.FLOAT;
            };
            graph.addInput(ValueInfoProto.newBuilder()
                    .setName(in(part))
                    .setType(TypeProto.newBuilder()
                            .setTensorType(TypeProto.Tensor.newBuilder()
                                    .setElemType(type.getNumber())
                                    .setShape(shape))));
        }
    }

    /** The dimension as the tokens have it, so that shapes stay as well known as they were. */
    private TensorShapeProto.Dimension tokenDimension(int i) {
        return i < tokens.getDimCount() ? tokens.getDim(i) : TensorShapeProto.Dimension.getDefaultInstance();
    }

    private static TensorShapeProto.Dimension fixed(long size) {
        return TensorShapeProto.Dimension.newBuilder().setDimValue(size).build();
    }

    private static TensorShapeProto.Dimension named(String name) {
        return TensorShapeProto.Dimension.newBuilder().setDimParam(name).build();
    }

    private String cast(String name, String from, int type) {
        String out = name(name);
        graph.addNode(node("Cast", out, List.of(from)).addAttribute(attribute("to", type)));
        return out;
    }

    static NodeProto.Builder node(String op, String output, List<String> inputs) {
        return NodeProto.newBuilder()
                .setOpType(op)
                .setName(output)
                .addOutput(output)
                .addAllInput(inputs);
    }

    static AttributeProto.Builder attribute(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value);
    }

    private String in(Part part) {
        return EditSurgery.input(site, slot, part);
    }

    private String name(String value) {
        return "concordance.cell." + site + "." + slot + "." + value;
    }

    private String op(String type, String value, String... inputs) {
        graph.addNode(node(type, name(value), List.of(inputs)));
        return name(value);
    }
}

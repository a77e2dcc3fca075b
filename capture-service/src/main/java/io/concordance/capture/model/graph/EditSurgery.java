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
import io.concordance.contracts.problem.FieldProblem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Makes tensors of a graph changeable by its inputs. Each slot of a site replaces the tensor {@code h} by
 *
 * <pre>
 * z_j = p_j if p_j > threshold_j, else 0          p = (h - centre) encoder + encoderBias
 * h'  = keep h + z decoder + delta                where the mask is set
 * h'  = h, every bit of it                        elsewhere
 * </pre>
 *
 * <p>With {@link EditSite#topK} only the {@code k} largest {@code p} of a token stay in {@code z}. All of it are required
 * inputs, so that one session serves every change. The new value takes the tensor's name: whatever reads the tensor,
 * hooks included, reads it as it is after the change. A mask that is unset everywhere leaves all values bit for bit.
 */
public final class EditSurgery {
    private static final Set<String> SKIP_NORMS = Set.of("SkipLayerNormalization", "SkipSimplifiedLayerNormalization");
    private static final int SKIP_SUM = 3;
    private static final String ZERO = "concordance.zero";
    private static final int FLOAT = TensorProto.DataType.FLOAT.getNumber();

    /** Inputs of a slot. */
    public enum Part {
        /** BOOL {@code [batch, sequence, 1]}. */
        MASK,
        /** {@code [1]}. */
        KEEP,
        /** {@code [width]}. */
        DELTA,
        /** {@code [width]}. */
        CENTRE,
        /** {@code [width, features]}. */
        ENCODER,
        /** {@code [features]}. */
        BIAS,
        /** {@code [features]}. */
        THRESHOLD,
        /** {@code [features, width]}. */
        DECODER,
        /** INT64 {@code [1]}; only with {@link EditSite#topK}. */
        K
    }

    private final ModelProto model;
    private final OnnxGraph view;
    private final GraphProto.Builder graph;

    private EditSurgery(ModelProto model) {
        this.model = model;
        this.view = OnnxGraph.of(model);
        this.graph = model.getGraph().toBuilder().clearNode();
    }

    /** Name of a graph input. */
    public static String input(int site, int slot, Part part) {
        return "concordance.edit." + site + "." + slot + "." + part.name().toLowerCase(Locale.ROOT);
    }

    /**
     * The whole model with slots at its sites.
     *
     * @throws FieldProblem on the empty field, naming the tensor, where changing it would change nothing else or cannot
     *     be written in the model's operator set
     */
    public static ModelProto editable(ModelProto model, List<EditSite> sites) {
        return sites.isEmpty() ? model : new EditSurgery(model).edit(sites);
    }

    private ModelProto edit(List<EditSite> sites) {
        Map<String, Integer> siteOf = new HashMap<>();
        for (int s = 0; s < sites.size(); s++) {
            requireEditable(sites.get(s));
            siteOf.put(sites.get(s).tensor(), s);
        }
        graph.addInitializer(
                TensorProto.newBuilder().setName(ZERO).setDataType(FLOAT).addFloatData(0));
        for (NodeProto node : model.getGraph().getNodeList()) {
            NodeProto.Builder renamed = node.toBuilder();
            List<Runnable> cells = new ArrayList<>();
            for (int o = 0; o < node.getOutputCount(); o++) {
                Integer site = siteOf.get(node.getOutput(o));
                if (site != null) {
                    boolean sum = isSkipSum(node, o);
                    renamed.setOutput(o, before(site));
                    if (sum) {
                        renamed.setOutput(0, "concordance.norm." + site);
                    }
                    cells.add(() -> {
                        String changed = cells(site, sites.get(site));
                        if (sum) {
                            normAgain(node, site, sites.get(site), changed);
                        }
                    });
                }
            }
            graph.addNode(renamed);
            cells.forEach(Runnable::run);
        }
        return model.toBuilder().setGraph(graph).build();
    }

    private void requireEditable(EditSite site) {
        NodeProto producer = view.producer(site.tensor());
        boolean read = !view.consumers(site.tensor()).isEmpty()
                || model.getGraph().getOutputList().stream()
                        .anyMatch(output -> output.getName().equals(site.tensor()));
        if (producer == null || view.isConstant(site.tensor())) {
            throw new FieldProblem("", site.tensor(), "a value that the model computes");
        }
        if (!read && !isSkipSum(producer, producer.getOutputList().indexOf(site.tensor()))) {
            throw new FieldProblem(
                    "",
                    site.tensor(),
                    "a hook that the model goes on computing with; in this graph (of fused nodes) it is only read out");
        }
        int needed = site.topK() ? 11 : 9;
        long given = model.getOpsetImportList().stream()
                .filter(opset ->
                        opset.getDomain().isEmpty() || opset.getDomain().equals("ai.onnx"))
                .mapToLong(OperatorSetIdProto::getVersion)
                .max()
                .orElse(0);
        if (given < needed) {
            throw new FieldProblem("", site.tensor(), "a model of operator set " + needed + " or later, not " + given);
        }
    }

    private static boolean isSkipSum(NodeProto node, int output) {
        return output == SKIP_SUM && SKIP_NORMS.contains(node.getOpType());
    }

    private static String before(int site) {
        return "concordance.before." + site;
    }

    /** All slots of a site; the last one makes the tensor. */
    private String cells(int site, EditSite what) {
        int type = elementType(what.tensor());
        String at = before(site);
        for (int slot = 0; slot < what.slots(); slot++) {
            String out = slot == what.slots() - 1 ? what.tensor() : before(site) + ".after." + slot;
            cell(site, slot, what, at, out, type);
            at = out;
        }
        return at;
    }

    private void cell(int site, int slot, EditSite what, String h, String out, int type) {
        addInputs(site, slot, what);
        Slot s = new Slot(site, slot);
        String x = type == FLOAT ? h : cast(s, "wide", h, FLOAT);
        String p = s.op(
                "Add",
                "p",
                s.op("MatMul", "mixed", s.op("Sub", "centred", x, s.in(Part.CENTRE)), s.in(Part.ENCODER)),
                s.in(Part.BIAS));
        String fires = s.op("Where", "fired", s.op("Greater", "fires", p, s.in(Part.THRESHOLD)), p, ZERO);
        String z = what.topK() ? largest(s, p, fires) : fires;
        String change = s.op("Add", "change", s.op("MatMul", "decoded", z, s.in(Part.DECODER)), s.in(Part.DELTA));
        String y = s.op("Add", "edited", s.op("Mul", "kept", x, s.in(Part.KEEP)), change);
        String narrow = type == FLOAT ? y : cast(s, "narrow", y, type);
        // The unchanged value must be the second operand: ONNX Runtime loses the sign of zeros in the first.
        graph.addNode(node("Where", out, List.of(s.in(Part.MASK), narrow, h)));
    }

    /** Zeroes all but the k largest of a token; of equal ones the first stay. */
    private String largest(Slot s, String p, String fires) {
        String values = s.name("largest");
        String indices = s.name("indices");
        graph.addNode(node("TopK", values, List.of(p, s.in(Part.K)))
                .addOutput(indices)
                .addAttribute(attribute("axis", -1)));
        String zeros = s.op("ConstantOfShape", "zeros", s.op("Shape", "shape", p));
        String ones = s.name("ones");
        graph.addNode(node("ConstantOfShape", ones, List.of(s.op("Shape", "count", indices)))
                .addAttribute(AttributeProto.newBuilder()
                        .setName("value")
                        .setType(AttributeProto.AttributeType.TENSOR)
                        .setT(TensorProto.newBuilder()
                                .setDataType(FLOAT)
                                .addDims(1)
                                .addFloatData(1))));
        String chosen = s.name("chosen");
        graph.addNode(
                node("ScatterElements", chosen, List.of(zeros, indices, ones)).addAttribute(attribute("axis", -1)));
        return s.op("Mul", "z", fires, chosen);
    }

    /**
     * A fused skip-and-norm node made both the stream and its norm. The norm is taken again of the changed stream, and
     * only used at positions that some slot changes.
     */
    private void normAgain(NodeProto node, int site, EditSite what, String changed) {
        boolean simplified = node.getOpType().equals("SkipSimplifiedLayerNormalization");
        List<String> inputs = new ArrayList<>(List.of(changed, node.getInput(2)));
        if (!simplified && node.getInputCount() > 3 && !node.getInput(3).isEmpty()) {
            inputs.add(node.getInput(3));
        }
        String norm = "concordance.renorm." + site;
        graph.addNode(node(simplified ? "SimplifiedLayerNormalization" : "LayerNormalization", norm, inputs)
                .addAttribute(attribute("axis", -1))
                .addAttribute(AttributeProto.newBuilder()
                        .setName("epsilon")
                        .setType(AttributeProto.AttributeType.FLOAT)
                        .setF(node.getAttributeList().stream()
                                .filter(a -> a.getName().equals("epsilon"))
                                .map(AttributeProto::getF)
                                .findFirst()
                                .orElse(1e-12f))));
        String mask = input(site, 0, Part.MASK);
        for (int slot = 1; slot < what.slots(); slot++) {
            mask = new Slot(site, slot).op("Or", "masks", mask, input(site, slot, Part.MASK));
        }
        graph.addNode(node("Where", node.getOutput(0), List.of(mask, norm, "concordance.norm." + site)));
    }

    private void addInputs(int site, int slot, EditSite what) {
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
                    .setName(input(site, slot, part))
                    .setType(TypeProto.newBuilder()
                            .setTensorType(TypeProto.Tensor.newBuilder()
                                    .setElemType(type.getNumber())
                                    .setShape(shape))));
        }
    }

    /** The dimension as the tokens have it, so that shapes stay as well known as they were. */
    private TensorShapeProto.Dimension tokenDimension(int i) {
        ValueInfoProto tokens = view.inputs().get("input_ids");
        TensorShapeProto shape = tokens == null
                ? TensorShapeProto.getDefaultInstance()
                : tokens.getType().getTensorType().getShape();
        return i < shape.getDimCount() ? shape.getDim(i) : TensorShapeProto.Dimension.getDefaultInstance();
    }

    private static TensorShapeProto.Dimension fixed(long size) {
        return TensorShapeProto.Dimension.newBuilder().setDimValue(size).build();
    }

    private static TensorShapeProto.Dimension named(String name) {
        return TensorShapeProto.Dimension.newBuilder().setDimParam(name).build();
    }

    /** Element type of a value: that of the weights it came through, or what it was last cast to. */
    private int elementType(String value) {
        String at = value;
        for (int steps = 0; steps <= view.nodes().size(); steps++) {
            TensorProto weight = view.weight(at);
            if (weight != null) {
                return weight.getDataType();
            }
            NodeProto node = view.producer(at);
            if (node == null) {
                break;
            }
            switch (node.getOpType()) {
                case "Cast" -> {
                    return (int) node.getAttributeList().stream()
                            .filter(a -> a.getName().equals("to"))
                            .mapToLong(AttributeProto::getI)
                            .findFirst()
                            .orElse(FLOAT);
                }
                case "Where", "DequantizeLinear" -> at = node.getInput(1);
                case "EmbedLayerNormalization" -> at = node.getInput(2);
                default -> at = node.getInput(0);
            }
        }
        return FLOAT;
    }

    private String cast(Slot s, String name, String from, int type) {
        String out = s.name(name);
        graph.addNode(node("Cast", out, List.of(from)).addAttribute(attribute("to", type)));
        return out;
    }

    private static NodeProto.Builder node(String op, String output, List<String> inputs) {
        return NodeProto.newBuilder()
                .setOpType(op)
                .setName(output)
                .addOutput(output)
                .addAllInput(inputs);
    }

    private static AttributeProto.Builder attribute(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value);
    }

    /** Names and nodes of one slot. */
    private final class Slot {
        private final int site;
        private final int slot;

        Slot(int site, int slot) {
            this.site = site;
            this.slot = slot;
        }

        String in(Part part) {
            return input(site, slot, part);
        }

        String name(String value) {
            return "concordance.cell." + site + "." + slot + "." + value;
        }

        String op(String type, String value, String... inputs) {
            graph.addNode(node(type, name(value), List.of(inputs)));
            return name(value);
        }
    }
}

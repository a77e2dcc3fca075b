package io.concordance.capture.model.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
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
    static final String ZERO = "concordance.zero";
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
    private final TensorShapeProto tokens;

    private EditSurgery(ModelProto model) {
        this.model = model;
        this.view = OnnxGraph.of(model);
        this.graph = model.getGraph().toBuilder().clearNode();
        ValueInfoProto ids = view.inputs().get("input_ids");
        this.tokens = ids == null
                ? TensorShapeProto.getDefaultInstance()
                : ids.getType().getTensorType().getShape();
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
            new EditCell(graph, tokens, site, slot, what).write(at, out, type);
            at = out;
        }
        return at;
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
        graph.addNode(EditCell.node(simplified ? "SimplifiedLayerNormalization" : "LayerNormalization", norm, inputs)
                .addAttribute(EditCell.attribute("axis", -1))
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
            String either = "concordance.masks." + site + "." + slot;
            graph.addNode(EditCell.node("Or", either, List.of(mask, input(site, slot, Part.MASK))));
            mask = either;
        }
        graph.addNode(EditCell.node("Where", node.getOutput(0), List.of(mask, norm, "concordance.norm." + site)));
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
}

package io.concordance.capture.model;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.concordance.capture.model.graph.Embeddings;
import io.concordance.capture.model.graph.OnnxFile;
import io.concordance.capture.model.graph.OnnxGraph;
import io.concordance.capture.model.graph.ResidualStream;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.problem.FieldProblem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Everything that is found out about a model before it is accepted. Reads two files and changes nothing. */
public final class ModelInspection {
    private static final Set<String> INPUTS = Set.of("input_ids", "attention_mask", "position_ids", "token_type_ids");
    /** Context of a model whose graph holds no position table. */
    private static final int DEFAULT_CONTEXT = 512;

    private final int maxContext;

    /** @param maxContext longest input that is ever run, tokens */
    public ModelInspection(int maxContext) {
        this.maxContext = maxContext;
    }

    /** @throws FieldProblem on {@code onnx} or {@code tokenizer} when the two files are no model that can be captured */
    public RegisteredModel inspect(String name, Path onnx, Path tokenizer) {
        ModelProto model = OnnxFile.read(onnx);
        OnnxGraph graph = OnnxGraph.of(model);
        checkInputs(graph);
        Embeddings embeddings = Embeddings.in(graph);
        checkTokenizer(tokenizer, embeddings.vocabulary());
        ResidualStream stream = ResidualStream.find(graph, embeddings.token());
        try {
            return run(name, onnx, tokenizer, model, embeddings, stream);
        } catch (ModelRunException e) {
            throw new FieldProblem("onnx", null, "a model that runs (" + e.getMessage() + ")");
        }
    }

    private RegisteredModel run(
            String name, Path onnx, Path tokenizer, ModelProto model, Embeddings embeddings, ResidualStream stream) {
        List<String> tensors = stream.layers().stream()
                .flatMap(layer -> List.of(layer.pre(), layer.post()).stream())
                .distinct()
                .toList();
        int claimed = Math.min(embeddings.positions().orElse(DEFAULT_CONTEXT), maxContext);
        Probe probe = new Probe(model, tensors, embeddings.vocabulary());
        Map<String, Integer> widths = probe.widths(Math.min(16, claimed));
        Parity parity = probe.parity(Math.min(16, claimed));
        int context = probe.longestInput(claimed);
        boolean padding = probe.paddingIsHarmless(Math.min(context, 32));
        List<HookPoint> hooks = new ArrayList<>();
        for (int l = 0; l < stream.layers().size(); l++) {
            ResidualStream.Layer layer = stream.layers().get(l);
            hooks.add(HookPoint.residual("pre", l, layer.pre(), widths.getOrDefault(layer.pre(), 0)));
            hooks.add(HookPoint.residual("post", l, layer.post(), widths.getOrDefault(layer.post(), 0)));
        }
        String onnxDigest = Digests.sha256(onnx);
        String tokenizerDigest = Digests.sha256(tokenizer);
        return new RegisteredModel(
                RegisteredModel.id(onnxDigest, tokenizerDigest),
                name,
                onnxDigest,
                tokenizerDigest,
                hooks.isEmpty() ? embeddings.width() : hooks.getFirst().width(),
                stream.layers().size(),
                embeddings.vocabulary(),
                context,
                padding,
                hooks,
                parity);
    }

    /**
     * A tensor of a model as a hook point of its own name.
     *
     * @throws FieldProblem on the empty field when the tensor is no {@code [batch, sequence, width]} of floats
     */
    static HookPoint rawTensor(RegisteredModel registered, ModelProto model, String tensor) {
        try {
            int width = new Probe(model, List.of(tensor), registered.vocabulary())
                    .widths(Math.min(16, registered.context()))
                    .getOrDefault(tensor, 0);
            return new HookPoint(tensor, null, tensor, null, width);
        } catch (ModelRunException e) {
            throw new FieldProblem("", tensor, "a tensor of floats, [batch, sequence, width] (" + e.getMessage() + ")");
        }
    }

    /** Whether a value of the graph is computed from the input and may be named as a hook. */
    static boolean hasTensor(ModelProto model, String tensor) {
        OnnxGraph graph = OnnxGraph.of(model);
        return tensor.matches("[\\w./:-]*\\w[\\w./:-]*") && graph.producer(tensor) != null && !graph.isConstant(tensor);
    }

    private static void checkInputs(OnnxGraph graph) {
        if (!graph.inputs().containsKey("input_ids")) {
            throw new FieldProblem("onnx", graph.inputs().keySet(), "a model with an input 'input_ids'");
        }
        for (ValueInfoProto input : graph.inputs().values()) {
            TypeProto.Tensor type = input.getType().getTensorType();
            boolean ids = INPUTS.contains(input.getName())
                    && type.getElemType() == TensorProto.DataType.INT64.getNumber()
                    && type.getShape().getDimCount() == 2
                    && type.getShape().getDimList().stream().noneMatch(d -> d.getDimValue() > 0);
            if (!ids) {
                throw new FieldProblem(
                        "onnx",
                        "input '" + input.getName() + "'",
                        "inputs input_ids, attention_mask, position_ids and token_type_ids, int64 [batch, sequence] of"
                                + " any size");
            }
        }
    }

    private static void checkTokenizer(Path file, int vocabulary) {
        try (TextTokenizer tokenizer = TextTokenizer.open(file)) {
            if (tokenizer.ids() > vocabulary || tokenizer.ids() < vocabulary / 2) {
                throw new FieldProblem(
                        "tokenizer",
                        tokenizer.ids() + " ids",
                        "the model's own tokenizer: its embedding has " + vocabulary + " rows");
            }
        }
    }
}

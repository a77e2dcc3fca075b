package io.concordance.capture.model;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.concordance.capture.model.gradient.GradientCheck;
import io.concordance.capture.model.graph.Embeddings;
import io.concordance.capture.model.graph.OnnxFile;
import io.concordance.capture.model.graph.OnnxGraph;
import io.concordance.capture.model.graph.ResidualStream;
import io.concordance.contracts.problem.FieldProblem;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Everything that is found out about a model before it is accepted. Reads files and changes nothing. */
public final class ModelInspection {
    private static final Set<String> INPUTS = Set.of("input_ids", "attention_mask", "position_ids", "token_type_ids");
    private static final Set<Integer> FLOATS =
            Set.of(DataType.FLOAT.getNumber(), DataType.FLOAT16.getNumber(), DataType.BFLOAT16.getNumber());
    private static final int PROBE_LENGTH = 16;
    /** Context of a model whose graph holds no position table. */
    private static final int DEFAULT_CONTEXT = 512;

    private final int maxContext;

    /** @param maxContext longest input that is ever run, tokens */
    public ModelInspection(int maxContext) {
        this.maxContext = maxContext;
    }

    /** As {@link #inspect(String, ModelFiles)}, for a model of two files. */
    public RegisteredModel inspect(String name, Path onnx, Path tokenizer) {
        ModelFiles files = new ModelFiles(onnx, Map.of(), tokenizer, null);
        return inspect(name, files, files.digests());
    }

    /** @throws FieldProblem on {@code onnx}, {@code tokenizer} or {@code tokenizerConfig} when this is no model to capture */
    RegisteredModel inspect(String name, ModelFiles files, ModelFiles.Digests digests) {
        ModelProto asItCame = OnnxFile.readAsIs(files.onnx(), files.data());
        OnnxGraph graph = OnnxGraph.of(asItCame);
        checkInputs(graph);
        Embeddings embeddings = Embeddings.in(graph);
        checkTokenizer(files.tokenizer(), embeddings.vocabulary());
        TokenizerConfig config =
                files.tokenizerConfig() == null ? TokenizerConfig.NONE : TokenizerConfig.read(files.tokenizerConfig());
        ModelProto model = files.graph();
        ResidualStream stream = ResidualStream.find(model, embeddings.token());
        try {
            return run(name, digests, asItCame, model, embeddings, stream, config);
        } catch (ModelRunException e) {
            throw new FieldProblem("onnx", null, "a model that runs (" + e.getMessage() + ")");
        }
    }

    private RegisteredModel run(
            String name,
            ModelFiles.Digests digests,
            ModelProto asItCame,
            ModelProto model,
            Embeddings embeddings,
            ResidualStream stream,
            TokenizerConfig config) {
        int claimed = Math.min(embeddings.positions().orElse(DEFAULT_CONTEXT), maxContext);
        int length = Math.min(PROBE_LENGTH, claimed);
        Probe probe = new Probe(model, embeddings.vocabulary());
        NamedTensors names = new NamedTensors(embeddings, stream);
        List<HookPoint> hooks = names.hooks(probe.shapes(names.toMeasure(), length), Probe.ROWS, length);
        List<String> tensors = hooks.stream().map(HookPoint::tensor).distinct().toList();
        Parity parity = probe.parity(asItCame, tensors, length);
        int context = probe.longestInput(tensors, claimed);
        boolean padding = probe.paddingIsHarmless(tensors, Math.min(context, 32));
        return new RegisteredModel(
                digests.id(),
                name,
                digests.onnx(),
                digests.tokenizer(),
                RegisteredModel.dataDigest(digests.data()),
                digests.data().isEmpty() ? null : digests.data(),
                digests.tokenizerConfig(),
                hooks.stream()
                        .filter(hook -> "resid_pre".equals(hook.kind()))
                        .mapToInt(HookPoint::width)
                        .findFirst()
                        .orElse(embeddings.width()),
                stream.layers().size(),
                embeddings.vocabulary(),
                context,
                padding,
                config.chatTemplate(),
                config.bosToken(),
                config.eosToken(),
                hooks,
                parity,
                new GradientCheck(model, embeddings.vocabulary(), context).run(streamTensors(stream, embeddings)),
                null);
    }

    private static List<String> streamTensors(ResidualStream stream, Embeddings embeddings) {
        return stream.layers().isEmpty()
                ? List.of(embeddings.token())
                : stream.layers().stream()
                        .flatMap(layer -> Stream.of(layer.pre(), layer.post()))
                        .distinct()
                        .toList();
    }

    /**
     * A tensor of a model as a hook point of its own name.
     *
     * @throws FieldProblem on the empty field when the tensor is no {@code [batch, sequence, width]} of floats
     */
    static HookPoint rawTensor(RegisteredModel registered, ModelProto model, String tensor) {
        try {
            int length = Math.min(PROBE_LENGTH, registered.context());
            long[] shape = new Probe(model, registered.vocabulary())
                    .shapes(List.of(tensor), length)
                    .get(tensor);
            if (shape == null || !NamedTensors.isTokenRows(shape, Probe.ROWS, length)) {
                throw new ModelRunException("its shape is " + Arrays.toString(shape));
            }
            return HookPoint.raw(tensor, Math.toIntExact(shape[2]));
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
            if (!(INPUTS.contains(input.getName()) ? isIds(type) : isPast(input.getName(), type))) {
                throw new FieldProblem(
                        "onnx",
                        "input '" + input.getName() + "'",
                        "inputs input_ids, attention_mask, position_ids and token_type_ids, whole numbers [batch,"
                                + " sequence] of any size, and past keys and values [batch, heads, past, head width]"
                                + " with heads and head width fixed");
            }
        }
    }

    private static boolean isIds(TypeProto.Tensor type) {
        return (type.getElemType() == DataType.INT64.getNumber() || type.getElemType() == DataType.INT32.getNumber())
                && type.getShape().getDimCount() == 2
                && type.getShape().getDimList().stream().noneMatch(d -> d.getDimValue() > 0);
    }

    private static boolean isPast(String name, TypeProto.Tensor type) {
        List<Long> fixed = type.getShape().getDimList().stream()
                .map(d -> d.getDimValue())
                .filter(d -> d > 0)
                .toList();
        int rank = type.getShape().getDimCount();
        return name.contains("past")
                && FLOATS.contains(type.getElemType())
                && (rank == 4 || rank == 5)
                && fixed.size() == rank - 2
                && fixed.stream().allMatch(d -> d <= 1 << 16);
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

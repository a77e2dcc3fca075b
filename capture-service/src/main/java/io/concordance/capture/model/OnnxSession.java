package io.concordance.capture.model;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.concordance.capture.model.graph.EditSite;
import io.concordance.capture.model.graph.OnnxFile;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * A graph loaded into ONNX Runtime: one compute thread a call, and any number of callers at once. Results do not depend
 * on how many callers there are.
 */
public final class OnnxSession implements AutoCloseable {
    private static final OrtEnvironment ENVIRONMENT = OrtEnvironment.getEnvironment();

    private final OrtSession session;
    private final Map<String, TensorInfo> inputs;
    private final EditInputs editInputs;

    private OnnxSession(OrtSession session, EditInputs editInputs) throws OrtException {
        this.session = session;
        this.editInputs = editInputs;
        this.inputs = new LinkedHashMap<>();
        for (Map.Entry<String, NodeInfo> input : session.getInputInfo().entrySet()) {
            if (input.getValue().getInfo() instanceof TensorInfo info) {
                inputs.put(input.getKey(), info);
            }
        }
    }

    /** A tensor read back as floats, row-major. */
    public record Values(long[] shape, float[] data) {}

    /** Type, as an ONNX element type number, and shape of a tensor. */
    public record Described(int element, long[] shape) {}

    /** An input of a graph beside the tokens, row-major. */
    public sealed interface Input {
        String name();

        long[] shape();

        record Floats(String name, long[] shape, float[] values) implements Input {}

        record Longs(String name, long[] shape, long[] values) implements Input {}
    }

    /** An output buffer: native memory of exactly {@code shape}, filled in place. */
    record Target(String output, MemorySegment memory, long[] shape, OnnxJavaType type) {}

    /** @throws ModelRunException when ONNX Runtime refuses the graph */
    public static OnnxSession open(ModelProto model) {
        return open(model, List.of());
    }

    /** @param sites where the graph can be changed, as {@link io.concordance.capture.model.graph.EditSurgery} made it */
    static OnnxSession open(ModelProto model, List<EditSite> sites) {
        return open(model, sites, Device.cpu());
    }

    /** As {@link #open(ModelProto, List)}, on a device. */
    static OnnxSession open(ModelProto model, List<EditSite> sites, Device device) {
        return open(model, sites, OrtSession.SessionOptions.OptLevel.ALL_OPT, device);
    }

    /** Quick to open and slow to run: for a trial. */
    public static OnnxSession openUnoptimised(ModelProto model) {
        return open(model, List.of(), OrtSession.SessionOptions.OptLevel.NO_OPT, Device.cpu());
    }

    private static OnnxSession open(
            ModelProto model, List<EditSite> sites, OrtSession.SessionOptions.OptLevel optimisation, Device device) {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setOptimizationLevel(optimisation);
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            options.setDeterministicCompute(true);
            // Its errors are exceptions already, and trial runs are meant to fail.
            options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
            device.use(options);
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            Path folder = OnnxFile.folder(model);
            if (folder != null) {
                options.addConfigEntry("session.model_external_initializers_file_folder_path", folder.toString());
            }
            return new OnnxSession(ENVIRONMENT.createSession(model.toByteArray(), options), new EditInputs(sites));
        } catch (OrtException e) {
            throw new ModelRunException("ONNX Runtime refuses the graph", e);
        }
    }

    /** Runs a batch and reads the named float or half outputs back, in the given order. */
    public Map<String, Values> run(TokenBatch batch, List<String> outputs) {
        return run(batch, List.of(), outputs);
    }

    /** As {@link #run(TokenBatch, List)}, with further inputs. */
    public Map<String, Values> run(TokenBatch batch, List<Input> given, List<String> outputs) {
        return run(batch, Edits.NONE, given, outputs);
    }

    /** As {@link #run(TokenBatch, List)}, with changes at the sites of the session. */
    Map<String, Values> run(TokenBatch batch, Edits edits, List<String> outputs) {
        return run(batch, edits, List.of(), outputs);
    }

    private Map<String, Values> run(TokenBatch batch, Edits edits, List<Input> given, List<String> outputs) {
        Map<String, OnnxTensor> fed = new HashMap<>();
        try {
            feed(given, fed);
            feed(batch, edits, fed);
            try (OrtSession.Result result = session.run(fed, Set.copyOf(outputs))) {
                Map<String, Values> values = new LinkedHashMap<>();
                for (String output : outputs) {
                    values.put(output, read(output, result.get(output).orElseThrow()));
                }
                return values;
            }
        } catch (OrtException e) {
            throw new ModelRunException("the model fails on " + describe(batch), e);
        } finally {
            fed.values().forEach(OnnxTensor::close);
        }
    }

    /** Runs a batch and says what the named outputs are. */
    public Map<String, Described> describe(TokenBatch batch, List<String> outputs) {
        Map<String, OnnxTensor> inputs = new HashMap<>();
        try {
            feed(batch, Edits.NONE, inputs);
            try (OrtSession.Result result = session.run(inputs, Set.copyOf(outputs))) {
                Map<String, Described> described = new LinkedHashMap<>();
                for (String output : outputs) {
                    if (result.get(output).orElseThrow().getInfo() instanceof TensorInfo info) {
                        described.put(output, new Described(element(info.type), info.getShape()));
                    }
                }
                return described;
            }
        } catch (OrtException e) {
            throw new ModelRunException("the model fails on " + describe(batch), e);
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    private static int element(OnnxJavaType type) {
        TensorProto.DataType found = switch (type) {
            case FLOAT -> TensorProto.DataType.FLOAT;
            case DOUBLE -> TensorProto.DataType.DOUBLE;
            case FLOAT16 -> TensorProto.DataType.FLOAT16;
            case BFLOAT16 -> TensorProto.DataType.BFLOAT16;
            case INT64 -> TensorProto.DataType.INT64;
            case INT32 -> TensorProto.DataType.INT32;
            case INT16 -> TensorProto.DataType.INT16;
            case INT8 -> TensorProto.DataType.INT8;
            case UINT8 -> TensorProto.DataType.UINT8;
            case BOOL -> TensorProto.DataType.BOOL;
            case STRING -> TensorProto.DataType.STRING;
            case UNKNOWN -> TensorProto.DataType.UNDEFINED;
        };
        return found.getNumber();
    }

    /** Runs a batch straight into memory; shapes must be what the graph makes of the batch. */
    void runInto(TokenBatch batch, Edits edits, List<Target> targets) {
        Map<String, OnnxTensor> fed = new HashMap<>();
        Map<String, OnnxTensor> outputs = new HashMap<>();
        try {
            feed(batch, edits, fed);
            for (Target target : targets) {
                // Only a direct buffer in native order is filled in place; any other is copied and stays empty.
                outputs.put(
                        target.output,
                        OnnxTensor.createTensor(
                                ENVIRONMENT,
                                target.memory.asByteBuffer().order(ByteOrder.nativeOrder()),
                                target.shape,
                                target.type));
            }
            session.run(fed, outputs).close();
        } catch (OrtException e) {
            throw new ModelRunException("the model fails on " + describe(batch), e);
        } finally {
            fed.values().forEach(OnnxTensor::close);
            outputs.values().forEach(OnnxTensor::close);
        }
    }

    private static void feed(List<Input> given, Map<String, OnnxTensor> fed) throws OrtException {
        for (Input input : given) {
            fed.put(
                    input.name(),
                    switch (input) {
                        case Input.Floats(String name, long[] shape, float[] values) ->
                            OnnxTensor.createTensor(ENVIRONMENT, FloatBuffer.wrap(values), shape);
                        case Input.Longs(String name, long[] shape, long[] values) ->
                            OnnxTensor.createTensor(ENVIRONMENT, LongBuffer.wrap(values), shape);
                    });
        }
    }

    private void feed(TokenBatch batch, Edits edits, Map<String, OnnxTensor> fed) throws OrtException {
        fed.putAll(editInputs.of(batch, edits, inputs.keySet(), ENVIRONMENT));
        for (Map.Entry<String, TensorInfo> input : inputs.entrySet()) {
            if (fed.containsKey(input.getKey())) {
                continue;
            }
            long[] values = switch (input.getKey()) {
                case "input_ids" -> batch.ids();
                case "attention_mask" -> batch.attentionMask();
                case "position_ids" -> batch.positionIds();
                case "token_type_ids" -> new long[batch.ids().length];
                default -> null;
            };
            fed.put(
                    input.getKey(),
                    values == null
                            ? noPast(input.getKey(), input.getValue(), batch.rows())
                            : ids(input.getValue(), values, batch.rows(), batch.length()));
        }
    }

    static OnnxTensor ids(TensorInfo info, long[] values, int rows, int length) throws OrtException {
        long[] shape = {rows, length};
        return info.type == OnnxJavaType.INT32
                ? OnnxTensor.createTensor(
                        ENVIRONMENT,
                        IntBuffer.wrap(
                                LongStream.of(values).mapToInt(Math::toIntExact).toArray()),
                        shape)
                : OnnxTensor.createTensor(ENVIRONMENT, LongBuffer.wrap(values), shape);
    }

    /** Keys or values of no earlier token: of the two open dimensions the first is the batch, the second their number. */
    static OnnxTensor noPast(String name, TensorInfo info, int rows) throws OrtException {
        if (!name.contains("past")) {
            throw new IllegalStateException("unsupported model input " + name);
        }
        long[] shape = info.getShape().clone();
        long open = rows;
        for (int i = 0; i < shape.length; i++) {
            if (shape[i] < 0) {
                shape[i] = open;
                open = 0;
            }
        }
        return OnnxTensor.createTensor(
                ENVIRONMENT, ByteBuffer.allocateDirect(0).order(ByteOrder.nativeOrder()), shape, info.type);
    }

    static Values read(String output, OnnxValue value) {
        if (value instanceof OnnxTensor tensor && tensor.getInfo() instanceof TensorInfo info) {
            FloatBuffer floats = tensor.getFloatBuffer();
            if (floats != null) {
                float[] data = new float[floats.remaining()];
                floats.get(data);
                return new Values(info.getShape(), data);
            }
        }
        throw new ModelRunException("'" + output + "' is no tensor of floats");
    }

    private static String describe(TokenBatch batch) {
        return batch.rows() + " x " + batch.length() + " tokens";
    }

    /** Runs the graph with inputs of the caller's; the caller closes what comes of it. */
    OrtSession.Result run(Map<String, OnnxTensor> inputs, Set<String> outputs) {
        try {
            return session.run(inputs, outputs);
        } catch (OrtException e) {
            throw new ModelRunException("the model fails", e);
        }
    }

    /** Inputs that are tensors, by name. */
    Map<String, TensorInfo> tensorInputs() {
        return inputs;
    }

    /** Outputs that are tensors of floats. */
    List<String> floatOutputs() {
        try {
            return session.getOutputInfo().entrySet().stream()
                    .filter(o -> o.getValue().getInfo() instanceof TensorInfo info
                            && (info.type == OnnxJavaType.FLOAT
                                    || info.type == OnnxJavaType.FLOAT16
                                    || info.type == OnnxJavaType.BFLOAT16))
                    .map(Map.Entry::getKey)
                    .toList();
        } catch (OrtException e) {
            throw new ModelRunException("outputs cannot be read", e);
        }
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new ModelRunException("the session does not close", e);
        }
    }
}

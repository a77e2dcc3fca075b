package io.concordance.capture.model.gradient;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.concordance.capture.model.graph.OnnxGraph;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One node as its {@link Rule} sees it: cotangents of its outputs come in, cotangents of its inputs go out. */
final class Backward {
    private final NodeProto node;
    private final Emitter emit;
    private final OnnxGraph graph;
    private final Map<String, ValueType> types;
    private final Map<String, List<String>> cotangents;
    private final Set<String> active;

    /**
     * @param types of what the nodes on the way read and write
     * @param cotangents contributions to the cotangent of each value so far
     * @param active values that depend on a source
     */
    Backward(
            NodeProto node,
            Emitter emit,
            OnnxGraph graph,
            Map<String, ValueType> types,
            Map<String, List<String>> cotangents,
            Set<String> active) {
        this.node = node;
        this.emit = emit;
        this.graph = graph;
        this.types = types;
        this.cotangents = cotangents;
        this.active = active;
    }

    Emitter emit() {
        return emit;
    }

    String operator() {
        return node.getOpType();
    }

    int inputs() {
        return node.getInputCount();
    }

    int outputs() {
        return node.getOutputCount();
    }

    boolean hasInput(int i) {
        return i < node.getInputCount() && !node.getInput(i).isEmpty();
    }

    String input(int i) {
        return node.getInput(i);
    }

    String output(int i) {
        return node.getOutput(i);
    }

    /** Whether input {@code i} is there and depends on a source. */
    boolean wants(int i) {
        return hasInput(i) && active.contains(node.getInput(i));
    }

    ValueType inputType(int i) {
        return type(node.getInput(i));
    }

    ValueType outputType() {
        return type(node.getOutput(0));
    }

    private ValueType type(String value) {
        ValueType type = types.get(value);
        TensorProto weight = type == null ? graph.weight(value) : null;
        if (weight != null) {
            return new ValueType(weight.getDataType(), longs(weight.getDimsList()));
        }
        if (type == null) {
            throw new Rule.Refusal("'" + value + "' is of unknown shape");
        }
        return type;
    }

    /** Cotangent of output {@code i}; null when nothing depends on that output. */
    @Nullable
    String cotangent(int i) {
        return total(node.getOutput(i), cotangents, emit);
    }

    /** Cotangent of the only output that may have one. */
    String cotangent() {
        for (int i = 1; i < outputs(); i++) {
            if (cotangents.containsKey(node.getOutput(i))) {
                throw new Rule.Refusal("its output " + i + " is used");
            }
        }
        String cotangent = cotangent(0);
        if (cotangent == null) {
            throw new IllegalStateException("nothing depends on " + node.getOutput(0));
        }
        return cotangent;
    }

    /** The sum of the contributions to a value's cotangent, all of which must be there; null when there are none. */
    static @Nullable String total(String value, Map<String, List<String>> cotangents, Emitter emit) {
        List<String> contributions = cotangents.getOrDefault(value, List.of());
        if (contributions.size() > 1) {
            String sum = emit.op("Sum", contributions.toArray(String[]::new));
            cotangents.put(value, List.of(sum));
            return sum;
        }
        return contributions.isEmpty() ? null : contributions.getFirst();
    }

    /** Adds to the cotangent of input {@code i} a value of the input's shape. */
    void give(int i, String cotangent) {
        cotangents.computeIfAbsent(node.getInput(i), v -> new ArrayList<>()).add(cotangent);
    }

    /** Adds to the cotangent of input {@code i} a value of the output's shape, summed over axes the input was broadcast along. */
    void giveBroadcast(int i, String cotangent) {
        give(i, unbroadcast(i, cotangent, outputType().dims()));
    }

    /**
     * Sums a value of shape {@code from} over the axes along which input {@code i} would be broadcast to it.
     *
     * @param from as in the trial
     */
    String unbroadcast(int i, String value, long[] from) {
        long[] to = inputType(i).dims();
        int more = from.length - to.length;
        int[] axes = IntStream.range(0, from.length)
                .filter(axis -> axis < more || to[axis - more] == 1 && from[axis] != 1)
                .toArray();
        String sum = axes.length == 0 ? value : emit.sum(value, axes);
        return more == 0 ? sum : emit.reshapeLike(sum, input(i));
    }

    /** A scalar constant of the type of input 0. */
    String constant(double value) {
        return emit.constant(inputType(0), value);
    }

    long attribute(String name, long otherwise) {
        return find(name).map(AttributeProto::getI).orElse(otherwise);
    }

    float attribute(String name, float otherwise) {
        return find(name).map(AttributeProto::getF).orElse(otherwise);
    }

    String attribute(String name, String otherwise) {
        return find(name).map(a -> a.getS().toStringUtf8()).orElse(otherwise);
    }

    Optional<long[]> integers(String name) {
        return find(name).map(a -> longs(a.getIntsList()));
    }

    private Optional<AttributeProto> find(String name) {
        return node.getAttributeList().stream()
                .filter(a -> a.getName().equals(name))
                .findFirst();
    }

    /**
     * Integers that newer operator sets take as input {@code i} and older ones as an attribute; empty when neither is
     * there.
     */
    Optional<long[]> integers(String attribute, int i) {
        return hasInput(i) ? Optional.of(stored(i)) : integers(attribute);
    }

    private long[] stored(int i) {
        TensorProto tensor = graph.weight(input(i));
        if (tensor == null) {
            return listed(i);
        }
        ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        if (tensor.getDataType() == TensorProto.DataType.INT32.getNumber()) {
            return raw.hasRemaining()
                    ? IntStream.range(0, raw.remaining() / Integer.BYTES)
                            .mapToLong(k -> raw.getInt(k * Integer.BYTES))
                            .toArray()
                    : longs(tensor.getInt32DataList());
        }
        return raw.hasRemaining()
                ? IntStream.range(0, raw.remaining() / Long.BYTES)
                        .mapToLong(k -> raw.getLong(k * Long.BYTES))
                        .toArray()
                : longs(tensor.getInt64DataList());
    }

    /** Integers of a {@code Constant} that holds them as attributes. */
    private long[] listed(int i) {
        NodeProto producer = graph.producer(input(i));
        if (producer == null || !producer.getOpType().equals("Constant")) {
            throw new Rule.Refusal("its input " + i + " is computed");
        }
        for (AttributeProto value : producer.getAttributeList()) {
            switch (value.getName()) {
                case "value_int" -> {
                    return new long[] {value.getI()};
                }
                case "value_ints" -> {
                    return longs(value.getIntsList());
                }
                default -> {}
            }
        }
        throw new Rule.Refusal("its input " + i + " is not of integers");
    }

    private static long[] longs(List<? extends Number> values) {
        return values.stream().mapToLong(Number::longValue).toArray();
    }

    /** The one value of a stored scalar of floats, if input {@code i} is that. */
    Optional<Float> scalar(int i) {
        TensorProto tensor = hasInput(i) ? graph.weight(input(i)) : null;
        if (tensor == null
                || tensor.getDataType() != TensorProto.DataType.FLOAT.getNumber()
                || tensor.getDimsList().stream().anyMatch(d -> d != 1)) {
            return Optional.empty();
        }
        return Optional.of(
                tensor.getRawData().isEmpty()
                        ? tensor.getFloatData(0)
                        : tensor.getRawData()
                                .asReadOnlyByteBuffer()
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .getFloat());
    }

    /** Whether input {@code i} is a stored scalar that says no. */
    boolean isFalse(int i) {
        TensorProto tensor = graph.weight(input(i));
        if (tensor == null || tensor.getDataType() != TensorProto.DataType.BOOL.getNumber()) {
            return false;
        }
        return tensor.getRawData().isEmpty()
                ? tensor.getInt32DataList().stream().allMatch(v -> v == 0)
                : tensor.getRawData().byteAt(0) == 0;
    }

    /** An axis counted from the front. */
    static int axis(long axis, int rank) {
        return Math.toIntExact(axis < 0 ? axis + rank : axis);
    }
}

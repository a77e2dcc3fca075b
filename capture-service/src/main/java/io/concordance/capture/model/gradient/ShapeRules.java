package io.concordance.capture.model.gradient;

import static io.concordance.capture.model.gradient.Emitter.attribute;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Operators that move values without computing with them. */
final class ShapeRules {
    private static final int INT64 = TensorProto.DataType.INT64.getNumber();
    /** Before it, Trilu is ONNX Runtime's own. */
    private static final int TRILU_OPSET = 14;

    private ShapeRules() {}

    static void register(Map<String, Rule> rules) {
        for (String reshaped : List.of("Reshape", "Flatten", "Squeeze", "Unsqueeze")) {
            rules.put(reshaped, node -> node.give(0, node.emit().reshapeLike(node.cotangent(), node.input(0))));
        }
        rules.put("Expand", node -> node.giveBroadcast(0, node.cotangent()));
        rules.put("Transpose", ShapeRules::transpose);
        rules.put("Concat", ShapeRules::concat);
        rules.put("Split", ShapeRules::split);
        rules.put("Slice", ShapeRules::slice);
        rules.put("Gather", ShapeRules::gather);
        rules.put("Tile", ShapeRules::tile);
        rules.put("Pad", ShapeRules::pad);
        rules.put("Trilu", ShapeRules::trilu);
        rules.put("CumSum", ShapeRules::cumulativeSum);
    }

    private static void transpose(Backward node) {
        int rank = node.outputType().rank();
        long[] permutation = node.integers("perm")
                .orElseGet(() ->
                        IntStream.range(0, rank).mapToLong(i -> rank - 1 - i).toArray());
        long[] inverse = new long[rank];
        for (int i = 0; i < rank; i++) {
            inverse[Math.toIntExact(permutation[i])] = i;
        }
        node.give(0, node.emit().op("Transpose", List.of(attribute("perm", inverse)), node.cotangent()));
    }

    private static void concat(Backward node) {
        Emitter emit = node.emit();
        int axis = Backward.axis(node.attribute("axis", 0), node.outputType().rank());
        String cotangent = node.cotangent();
        String start = emit.ints(0);
        for (int i = 0; i < node.inputs(); i++) {
            String end = emit.op("Add", start, emit.dim(node.input(i), axis));
            if (node.wants(i)) {
                node.give(i, emit.op("Slice", cotangent, start, end, emit.ints(axis)));
            }
            start = end;
        }
    }

    private static void split(Backward node) {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < node.outputs(); i++) {
            String cotangent = node.cotangent(i);
            parts.add(cotangent != null ? cotangent : node.emit().zerosLike(node.output(i), node.outputType()));
        }
        AttributeProto axis = attribute("axis", node.attribute("axis", 0));
        node.give(0, node.emit().op("Concat", List.of(axis), parts.toArray(String[]::new)));
    }

    private static void slice(Backward node) {
        Emitter emit = node.emit();
        int rank = node.outputType().rank();
        long[] axes = node.integers("axes", 3)
                .orElseGet(() -> IntStream.range(
                                0, Math.toIntExact(node.inputType(1).dims()[0]))
                        .asLongStream()
                        .toArray());
        boolean steps = node.hasInput(4)
                && Arrays.stream(node.integers("steps", 4).orElseThrow()).anyMatch(step -> step != 1);
        if (steps) {
            node.give(0, scattered(node));
            return;
        }
        String[] before = new String[rank];
        String[] after = new String[rank];
        Arrays.fill(before, emit.ints(0));
        Arrays.fill(after, emit.ints(0));
        for (int k = 0; k < axes.length; k++) {
            int axis = Backward.axis(axes[k], rank);
            String size = emit.dim(node.input(0), axis);
            before[axis] = clamped(emit, part(node, 1, k), size);
            String kept = emit.dim(node.output(0), axis);
            after[axis] = emit.op("Sub", emit.op("Sub", size, before[axis]), kept);
        }
        String[] pads = new String[2 * rank];
        System.arraycopy(before, 0, pads, 0, rank);
        System.arraycopy(after, 0, pads, rank, rank);
        String all = emit.op("Concat", List.of(attribute("axis", 0)), pads);
        node.give(0, emit.op("Pad", node.cotangent(), all));
    }

    /** Element {@code k} of the int vector that is input {@code i}, as int64 {@code [1]}. */
    private static String part(Backward node, int i, int k) {
        String element = node.emit()
                .op(
                        "Gather",
                        List.of(attribute("axis", 0)),
                        node.input(i),
                        node.emit().ints(k));
        return node.emit().cast(element, INT64);
    }

    /** A start of {@code Slice}, counted from the front and held within {@code [0, size]}. */
    private static String clamped(Emitter emit, String start, String size) {
        String zero = emit.ints(0);
        String fromFront = emit.op("Where", emit.op("Less", start, zero), emit.op("Add", start, size), start);
        // Min and Max take integers from operator set 12 on only.
        String atLeast = emit.op("Where", emit.op("Less", fromFront, zero), zero, fromFront);
        return emit.op("Where", emit.op("Less", size, atLeast), size, atLeast);
    }

    /** Slices the positions the same way, and puts each cotangent where its value came from. */
    private static String scattered(Backward node) {
        Emitter emit = node.emit();
        String x = node.input(0);
        String positions = emit.op("Range", emit.integer(0), emit.op("Size", x), emit.integer(1));
        String[] arguments = new String[node.inputs()];
        arguments[0] = emit.reshapeLike(positions, x);
        for (int i = 1; i < arguments.length; i++) {
            arguments[i] = node.input(i);
        }
        String flat = emit.ints(-1);
        String zeros = emit.op("Reshape", emit.zerosLike(x, node.inputType(0)), flat);
        String taken = emit.op("Reshape", emit.op("Slice", arguments), flat);
        String scattered = emit.op("ScatterElements", zeros, taken, emit.op("Reshape", node.cotangent(), flat));
        return emit.reshapeLike(scattered, x);
    }

    /** The transposed selection as a product with one-hot rows, so that an index taken twice adds twice. */
    private static void gather(Backward node) {
        Emitter emit = node.emit();
        String x = node.input(0);
        int rank = node.inputType(0).rank();
        int axis = Backward.axis(node.attribute("axis", 0), rank);
        String values = emit.op(
                "Concat",
                List.of(attribute("axis", 0)),
                emit.op("Reshape", emit.constant(node.inputType(0), 0), emit.ints(1)),
                emit.op("Reshape", emit.constant(node.inputType(0), 1), emit.ints(1)));
        String indices = emit.op("Reshape", emit.cast(node.input(1), INT64), emit.ints(-1));
        String chosen = emit.op("OneHot", List.of(attribute("axis", 0)), indices, emit.dim(x, axis), values);
        String shape = emit.shape(x);
        String before = product(emit, shape, 0, axis);
        String after = product(emit, shape, axis + 1, rank);
        String cotangent = emit.op(
                "Reshape",
                node.cotangent(),
                emit.op("Concat", List.of(attribute("axis", 0)), before, emit.shape(indices), after));
        node.give(0, emit.reshapeLike(emit.op("MatMul", chosen, cotangent), x));
    }

    private static String product(Emitter emit, String shape, int from, int to) {
        if (from == to) {
            return emit.ints(1);
        }
        String part = emit.op("Slice", shape, emit.ints(from), emit.ints(to), emit.ints(0));
        return emit.reduce("ReduceProd", part, new int[] {0}, true);
    }

    /** Each axis taken apart into its repeats and itself; the repeats are summed. */
    private static void tile(Backward node) {
        Emitter emit = node.emit();
        int rank = node.outputType().rank();
        String pairs = emit.op(
                "Concat",
                List.of(attribute("axis", 1)),
                emit.unsqueeze(node.input(1), 1),
                emit.unsqueeze(emit.shape(node.input(0)), 1));
        String apart = emit.op("Reshape", node.cotangent(), emit.op("Reshape", pairs, emit.ints(-1)));
        int[] repeats = IntStream.range(0, rank).map(i -> 2 * i).toArray();
        node.give(0, emit.reduce("ReduceSum", apart, repeats, false));
    }

    private static void pad(Backward node) {
        if (!node.attribute("mode", "constant").equals("constant") || node.hasInput(3)) {
            throw new Rule.Refusal("only constant padding of all axes has a gradient here");
        }
        long[] pads = node.integers("pads", 1).orElseThrow();
        if (Arrays.stream(pads).anyMatch(p -> p < 0)) {
            throw new Rule.Refusal("it pads by a negative number");
        }
        Emitter emit = node.emit();
        int rank = node.outputType().rank();
        String starts = emit.ints(Arrays.copyOf(pads, rank));
        String ends = emit.op("Add", starts, emit.shape(node.input(0)));
        long[] axes = IntStream.range(0, rank).asLongStream().toArray();
        node.give(0, emit.op("Slice", node.cotangent(), starts, ends, emit.ints(axes)));
    }

    private static void trilu(Backward node) {
        List<AttributeProto> upper = List.of(attribute("upper", node.attribute("upper", 1)));
        String[] arguments =
                node.hasInput(1) ? new String[] {node.cotangent(), node.input(1)} : new String[] {node.cotangent()};
        node.give(
                0,
                node.emit().opset() >= TRILU_OPSET
                        ? node.emit().op("Trilu", upper, arguments)
                        : node.emit().contributed("Trilu", upper, arguments));
    }

    private static void cumulativeSum(Backward node) {
        List<AttributeProto> reversed = List.of(
                attribute("exclusive", node.attribute("exclusive", 0)),
                attribute("reverse", 1 - node.attribute("reverse", 0)));
        node.give(0, node.emit().op("CumSum", reversed, node.cotangent(), node.input(1)));
    }
}

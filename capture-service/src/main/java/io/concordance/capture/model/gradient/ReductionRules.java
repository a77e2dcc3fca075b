package io.concordance.capture.model.gradient;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Reductions, and the norms and softmaxes made of them. */
final class ReductionRules {
    private ReductionRules() {}

    static void register(Map<String, Rule> rules) {
        rules.put("ReduceSum", node -> spread(node, kept(node, node.cotangent())));
        rules.put("ReduceMean", ReductionRules::mean);
        rules.put("ReduceSumSquare", node -> {
            String twice = node.emit().op("Mul", node.input(0), node.constant(2));
            node.give(0, node.emit().op("Mul", twice, kept(node, node.cotangent())));
        });
        rules.put("ReduceL2", node -> {
            String perLength = node.emit().op("Div", node.cotangent(), node.output(0));
            node.give(0, node.emit().op("Mul", node.input(0), kept(node, perLength)));
        });
        rules.put("ReduceLogSumExp", node -> {
            String centred = node.emit().op("Sub", node.input(0), kept(node, node.output(0)));
            node.give(0, node.emit().op("Mul", node.emit().op("Exp", centred), kept(node, node.cotangent())));
        });
        rules.put("ReduceMax", ReductionRules::extremum);
        rules.put("ReduceMin", ReductionRules::extremum);
        rules.put("Softmax", ReductionRules::softmax);
        rules.put("LogSoftmax", ReductionRules::logSoftmax);
        rules.put("LayerNormalization", node -> norm(node, true));
        for (String rms : List.of("SimplifiedLayerNormalization", "RMSNormalization")) {
            rules.put(rms, node -> norm(node, false));
        }
    }

    private static int[] axes(Backward node) {
        int rank = node.inputType(0).rank();
        long[] given = node.integers("axes", 1).orElse(new long[0]);
        if (given.length == 0 && node.attribute("noop_with_empty_axes", 0) != 0) {
            return new int[0];
        }
        return given.length == 0
                ? IntStream.range(0, rank).toArray()
                : Arrays.stream(given).mapToInt(a -> Backward.axis(a, rank)).toArray();
    }

    /** A value of the output's shape with the reduced axes back, each of size 1. */
    private static String kept(Backward node, String value) {
        if (node.attribute("keepdims", 1) != 0) {
            return value;
        }
        String back = value;
        for (int axis : Arrays.stream(axes(node)).sorted().toArray()) {
            back = node.emit().unsqueeze(back, axis);
        }
        return back;
    }

    private static void spread(Backward node, String kept) {
        node.give(0, node.emit().op("Expand", kept, node.emit().shape(node.input(0))));
    }

    private static void mean(Backward node) {
        Emitter emit = node.emit();
        int type = node.inputType(0).element();
        String all = emit.cast(emit.op("Size", node.input(0)), type);
        String left = emit.cast(emit.op("Size", node.output(0)), type);
        String share = emit.op("Mul", node.cotangent(), emit.op("Div", left, all));
        spread(node, kept(node, share));
    }

    /** Values that share the extremum share the cotangent. */
    private static void extremum(Backward node) {
        Emitter emit = node.emit();
        String equal = emit.op("Equal", node.input(0), kept(node, node.output(0)));
        String chosen = emit.cast(equal, node.inputType(0).element());
        String share = emit.op("Div", kept(node, node.cotangent()), emit.sum(chosen, axes(node)));
        node.give(0, emit.op("Mul", chosen, share));
    }

    /** Operator sets before 13 flatten everything from the axis on into one. */
    private static int[] softmaxAxes(Backward node) {
        int rank = node.inputType(0).rank();
        boolean single = node.emit().opset() >= Emitter.AXES_AS_INPUT;
        int axis = Backward.axis(node.attribute("axis", single ? -1 : 1), rank);
        return single ? new int[] {axis} : IntStream.range(axis, rank).toArray();
    }

    private static void softmax(Backward node) {
        Emitter emit = node.emit();
        String weighted = emit.op("Mul", node.cotangent(), node.output(0));
        String total = emit.sum(weighted, softmaxAxes(node));
        node.give(0, emit.op("Sub", weighted, emit.op("Mul", node.output(0), total)));
    }

    private static void logSoftmax(Backward node) {
        Emitter emit = node.emit();
        String cotangent = node.cotangent();
        String total = emit.sum(cotangent, softmaxAxes(node));
        node.give(0, emit.op("Sub", cotangent, emit.op("Mul", emit.op("Exp", node.output(0)), total)));
    }

    /**
     * Ba et al. (2016) and, without centring, Zhang and Sennrich (2019). With {@code y = scale * n + bias} and {@code n =
     * (x - mean) / s}: {@code dx = (dn - mean(dn) - n mean(dn n)) / s}.
     */
    private static void norm(Backward node, boolean centred) {
        Emitter emit = node.emit();
        int rank = node.inputType(0).rank();
        int[] axes = IntStream.range(Backward.axis(node.attribute("axis", -1), rank), rank)
                .toArray();
        String x = node.input(0);
        String middle = centred ? emit.op("Sub", x, emit.mean(x, axes)) : x;
        String variance = emit.mean(emit.op("Mul", middle, middle), axes);
        String spread = emit.op("Sqrt", emit.op("Add", variance, node.constant(node.attribute("epsilon", 1e-5f))));
        String n = emit.op("Div", middle, spread);
        String cotangent = node.cotangent();
        if (node.wants(0)) {
            String dn = node.hasInput(1) ? emit.op("Mul", cotangent, node.input(1)) : cotangent;
            String parallel = emit.op("Mul", n, emit.mean(emit.op("Mul", dn, n), axes));
            String rest = emit.op("Sub", centred ? emit.op("Sub", dn, emit.mean(dn, axes)) : dn, parallel);
            node.give(0, emit.op("Div", rest, spread));
        }
        if (node.wants(1)) {
            node.giveBroadcast(1, emit.op("Mul", cotangent, n));
        }
        if (node.wants(2)) {
            node.giveBroadcast(2, cotangent);
        }
    }
}

package io.concordance.capture.model.gradient;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.List;

/** The nodes behind a target: its value, and the cotangent that its seed gives the target's tensor. */
final class TargetNodes {
    /** Added to a logit it leaves nothing of its exponential. */
    static final float LEFT_OUT = -1e30f;

    private static final int FLOAT = TensorProto.DataType.FLOAT.getNumber();

    private final GraphProto.Builder graph;
    private final Emitter emit;
    private final GradientTarget target;
    private final ValueType type;

    /** @param type of the target's tensor */
    TargetNodes(GraphProto.Builder graph, Emitter emit, GradientTarget target, ValueType type) {
        this.graph = graph;
        this.emit = emit;
        this.target = target;
        this.type = type;
    }

    /** Writes {@link GradientGraph#VALUE} alone. */
    void value() {
        switch (target) {
            case GradientTarget.Tensor(String tensor) -> GradientGraph.output(graph, tensor, GradientGraph.VALUE);
            case GradientTarget.LogProbability(String tensor) -> logProbabilities(floats(tensor));
            case GradientTarget.LogOdds(String tensor) -> logOdds(floats(tensor));
        }
    }

    /** Writes {@link GradientGraph#VALUE} and the cotangent of the target's tensor, whose name it returns. */
    String seed() {
        return switch (target) {
            case GradientTarget.Tensor(String tensor) -> {
                graph.addInput(GradientGraph.value(GradientGraph.COTANGENT, FLOAT, type.rank()));
                GradientGraph.output(graph, tensor, GradientGraph.VALUE);
                yield typed(GradientGraph.COTANGENT);
            }
            case GradientTarget.LogProbability(String tensor) -> {
                // With L = sum w log p(t): dL/dlogits = w (onehot(t) - p).
                String all = logProbabilities(floats(tensor));
                ValueType floats = new ValueType(FLOAT, type.dims());
                String values = emit.op(
                        "Concat",
                        List.of(Emitter.attribute("axis", 0)),
                        emit.op("Reshape", emit.constant(floats, 0), emit.ints(1)),
                        emit.op("Reshape", emit.constant(floats, 1), emit.ints(1)));
                String hot = emit.op("OneHot", GradientGraph.TOKENS, emit.dim(tensor, 2), values);
                yield weighed(emit.op("Sub", hot, emit.op("Exp", all)));
            }
            case GradientTarget.LogOdds(String tensor) -> {
                // The gradient of a log-sum-exp is the softmax over what it sums.
                Sets sets = logOdds(floats(tensor));
                yield weighed(emit.op("Sub", softmax(sets.inside), softmax(sets.outside)));
            }
        };
    }

    private String weighed(String perLogit) {
        graph.addInput(GradientGraph.value(GradientGraph.WEIGHTS, FLOAT, 2));
        return typed(emit.op("Mul", emit.unsqueeze(GradientGraph.WEIGHTS, 2), perLogit));
    }

    private String typed(String cotangent) {
        return type.isFloat() ? cotangent : emit.cast(cotangent, type.element());
    }

    private String floats(String logits) {
        return type.isFloat() ? logits : emit.cast(logits, FLOAT);
    }

    /** Of every token; those asked for become the value. */
    private String logProbabilities(String logits) {
        graph.addInput(GradientGraph.value(GradientGraph.TOKENS, TensorProto.DataType.INT64.getNumber(), 2));
        String all = emit.op("LogSoftmax", List.of(Emitter.attribute("axis", -1)), logits);
        String chosen = emit.op(
                "GatherElements", List.of(Emitter.attribute("axis", -1)), all, emit.unsqueeze(GradientGraph.TOKENS, 2));
        GradientGraph.output(graph, emit.squeeze(chosen, 2), GradientGraph.VALUE);
        return all;
    }

    /** Logits with all but one set of tokens left out. */
    private record Sets(String inside, String outside) {}

    private Sets logOdds(String logits) {
        graph.addInput(GradientGraph.value(GradientGraph.INSIDE, FLOAT, 1));
        graph.addInput(GradientGraph.value(GradientGraph.OUTSIDE, FLOAT, 1));
        Sets sets =
                new Sets(emit.op("Add", logits, GradientGraph.INSIDE), emit.op("Add", logits, GradientGraph.OUTSIDE));
        String odds = emit.op("Sub", logSumExp(sets.inside), logSumExp(sets.outside));
        GradientGraph.output(graph, odds, GradientGraph.VALUE);
        return sets;
    }

    private String logSumExp(String logits) {
        return emit.reduce("ReduceLogSumExp", logits, new int[] {2}, false);
    }

    private String softmax(String logits) {
        return emit.op("Softmax", List.of(Emitter.attribute("axis", -1)), logits);
    }
}

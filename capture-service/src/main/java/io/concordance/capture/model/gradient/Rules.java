package io.concordance.capture.model.gradient;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The operators that gradients pass, and those that they stop at. */
final class Rules {
    /** Values of these do not change when their inputs change a little, or have no gradient by nature. */
    private static final Set<String> FLAT = Set.of(
            "Shape",
            "Size",
            "ConstantOfShape",
            "ArgMax",
            "ArgMin",
            "NonZero",
            "Equal",
            "Greater",
            "GreaterOrEqual",
            "Less",
            "LessOrEqual",
            "Not",
            "And",
            "Or",
            "IsNaN",
            "IsInf",
            "Sign",
            "Floor",
            "Ceil",
            "Round");

    private static final Map<String, Rule> RULES = all();

    private Rules() {}

    private static Map<String, Rule> all() {
        Map<String, Rule> rules = new HashMap<>();
        ElementwiseRules.register(rules);
        ShapeRules.register(rules);
        ReductionRules.register(rules);
        ProductRules.register(rules);
        return Map.copyOf(rules);
    }

    /** Null when no gradient passes the operator. */
    static @Nullable Rule of(NodeProto node) {
        return RULES.get(node.getOpType());
    }

    static boolean isFlat(NodeProto node) {
        return FLAT.contains(node.getOpType());
    }

    /** Operators that have a rule. */
    static Set<String> operators() {
        return RULES.keySet();
    }
}

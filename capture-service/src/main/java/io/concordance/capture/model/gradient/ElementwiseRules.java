package io.concordance.capture.model.gradient;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Operators that work on each value alone, with broadcasting where they have several inputs. */
final class ElementwiseRules {
    private ElementwiseRules() {}

    static void register(Map<String, Rule> rules) {
        rules.put("Add", node -> linear(node, 1, 1));
        rules.put("Sub", node -> linear(node, 1, -1));
        rules.put("Sum", ElementwiseRules::sum);
        rules.put("Mean", ElementwiseRules::sum);
        rules.put("Mul", ElementwiseRules::mul);
        rules.put("Div", ElementwiseRules::div);
        rules.put("Pow", ElementwiseRules::pow);
        rules.put("Min", ElementwiseRules::extremum);
        rules.put("Max", ElementwiseRules::extremum);
        rules.put("Where", ElementwiseRules::where);
        rules.put("Identity", node -> node.give(0, node.cotangent()));
        rules.put("Dropout", ElementwiseRules::dropout);
        rules.put(
                "Cast",
                node -> node.give(
                        0, node.emit().cast(node.cotangent(), node.inputType(0).element())));
        rules.put("Neg", node -> node.give(0, node.emit().op("Neg", node.cotangent())));
        rules.put("Clip", ElementwiseRules::clip);
        unary(rules);
    }

    private static void unary(Map<String, Rule> rules) {
        rules.put("Sqrt", node -> {
            String halved = node.emit().op("Mul", node.cotangent(), node.constant(0.5));
            node.give(0, node.emit().op("Div", halved, node.output(0)));
        });
        rules.put("Exp", node -> scaled(node, node.output(0)));
        rules.put("Log", node -> node.give(0, node.emit().op("Div", node.cotangent(), node.input(0))));
        rules.put("Abs", node -> scaled(node, node.emit().op("Sign", node.input(0))));
        rules.put("Sin", node -> scaled(node, node.emit().op("Cos", node.input(0))));
        rules.put("Cos", node -> scaled(node, node.emit().op("Neg", node.emit().op("Sin", node.input(0)))));
        rules.put("Softplus", node -> scaled(node, node.emit().op("Sigmoid", node.input(0))));
        rules.put("Reciprocal", node -> scaled(node, node.emit().op("Neg", square(node, node.output(0)))));
        rules.put("Tanh", node -> scaled(node, oneMinus(node, square(node, node.output(0)))));
        rules.put("Sigmoid", node -> {
            String y = node.output(0);
            scaled(node, node.emit().op("Mul", y, oneMinus(node, y)));
        });
        rules.put("Softsign", node -> {
            String rest = oneMinus(node, node.emit().op("Abs", node.output(0)));
            scaled(node, square(node, rest));
        });
        rules.put("Erf", node -> scaled(node, gaussian(node, node.input(0), 1, 2 / Math.sqrt(Math.PI))));
        rules.put("Relu", node -> positive(node, cotangent -> node.constant(0)));
        rules.put("LeakyRelu", node -> {
            String slope = node.constant(node.attribute("alpha", 0.01f));
            positive(node, cotangent -> node.emit().op("Mul", cotangent, slope));
        });
        rules.put("Elu", node -> {
            String alpha = node.constant(node.attribute("alpha", 1f));
            String slope = node.emit().op("Add", node.output(0), alpha);
            positive(node, cotangent -> node.emit().op("Mul", cotangent, slope));
        });
        rules.put("Gelu", node -> {
            boolean tanh = node.attribute("approximate", "none").equals("tanh");
            node.give(0, node.emit().op("Mul", node.cotangent(), geluSlope(node, node.input(0), tanh)));
        });
        rules.put("BiasGelu", node -> biased(node, false));
        rules.put("FastGelu", node -> biased(node, true));
        rules.put("QuickGelu", ElementwiseRules::quickGelu);
    }

    private static void scaled(Backward node, String slope) {
        node.give(0, node.emit().op("Mul", node.cotangent(), slope));
    }

    private static String square(Backward node, String value) {
        return node.emit().op("Mul", value, value);
    }

    private static String oneMinus(Backward node, String value) {
        return node.emit().op("Sub", node.constant(1), value);
    }

    /** {@code factor * exp(-scale * x^2)}. */
    private static String gaussian(Backward node, String x, double scale, double factor) {
        String exponent = node.emit().op("Mul", square(node, x), node.constant(-scale));
        return node.emit().op("Mul", node.emit().op("Exp", exponent), node.constant(factor));
    }

    /** The cotangent where the input is positive, and what {@code otherwise} makes of it elsewhere. */
    private static void positive(Backward node, UnaryOperator<String> otherwise) {
        String positive = node.emit().op("Greater", node.input(0), node.constant(0));
        String cotangent = node.cotangent();
        node.give(0, node.emit().op("Where", positive, cotangent, otherwise.apply(cotangent)));
    }

    private static void linear(Backward node, int... signs) {
        String cotangent = node.cotangent();
        for (int i = 0; i < signs.length; i++) {
            if (node.wants(i)) {
                node.giveBroadcast(i, signs[i] > 0 ? cotangent : node.emit().op("Neg", cotangent));
            }
        }
    }

    private static void sum(Backward node) {
        String cotangent = node.cotangent();
        if (node.operator().equals("Mean")) {
            cotangent = node.emit().op("Div", cotangent, node.constant(node.inputs()));
        }
        for (int i = 0; i < node.inputs(); i++) {
            if (node.wants(i)) {
                node.giveBroadcast(i, cotangent);
            }
        }
    }

    private static void mul(Backward node) {
        String cotangent = node.cotangent();
        for (int i = 0; i < 2; i++) {
            if (node.wants(i)) {
                node.giveBroadcast(i, node.emit().op("Mul", cotangent, node.input(1 - i)));
            }
        }
    }

    private static void div(Backward node) {
        String perDivisor = node.emit().op("Div", node.cotangent(), node.input(1));
        if (node.wants(0)) {
            node.giveBroadcast(0, perDivisor);
        }
        if (node.wants(1)) {
            String product = node.emit().op("Mul", perDivisor, node.output(0));
            node.giveBroadcast(1, node.emit().op("Neg", product));
        }
    }

    private static void pow(Backward node) {
        Emitter emit = node.emit();
        String x = node.input(0);
        if (node.wants(0)) {
            String slope;
            if (node.scalar(1).filter(p -> p == 2).isPresent()) {
                slope = emit.op("Mul", x, node.constant(2));
            } else {
                String exponent = emit.cast(node.input(1), node.inputType(0).element());
                String lower = emit.op("Pow", x, emit.op("Sub", exponent, node.constant(1)));
                slope = emit.op("Mul", exponent, lower);
            }
            node.giveBroadcast(0, emit.op("Mul", node.cotangent(), slope));
        }
        if (node.wants(1)) {
            String growth = emit.op("Mul", node.output(0), emit.op("Log", x));
            String cotangent = emit.op("Mul", node.cotangent(), growth);
            node.giveBroadcast(1, emit.cast(cotangent, node.inputType(1).element()));
        }
    }

    /** Where several inputs are the extremum, they share the cotangent. */
    private static void extremum(Backward node) {
        Emitter emit = node.emit();
        String[] chosen = new String[node.inputs()];
        for (int i = 0; i < chosen.length; i++) {
            String equal = emit.op("Equal", node.input(i), node.output(0));
            chosen[i] = emit.cast(equal, node.outputType().element());
        }
        String share = chosen.length == 1 ? node.cotangent() : emit.op("Div", node.cotangent(), emit.op("Sum", chosen));
        for (int i = 0; i < chosen.length; i++) {
            if (node.wants(i)) {
                node.giveBroadcast(i, emit.op("Mul", share, chosen[i]));
            }
        }
    }

    private static void where(Backward node) {
        Emitter emit = node.emit();
        String zero = emit.constant(node.outputType(), 0);
        String cotangent = node.cotangent();
        if (node.wants(1)) {
            node.giveBroadcast(1, emit.op("Where", node.input(0), cotangent, zero));
        }
        if (node.wants(2)) {
            node.giveBroadcast(2, emit.op("Where", node.input(0), zero, cotangent));
        }
    }

    private static void dropout(Backward node) {
        if (node.hasInput(2) && !node.isFalse(2)) {
            throw new Rule.Refusal("it may be in training mode");
        }
        node.give(0, node.cotangent());
    }

    private static void clip(Backward node) {
        if (node.wants(1) || node.wants(2)) {
            throw new Rule.Refusal("its bounds are computed from a hook");
        }
        String inside = node.emit().op("Equal", node.input(0), node.output(0));
        node.give(0, node.emit().op("Where", inside, node.cotangent(), node.constant(0)));
    }

    /** Hendrycks and Gimpel (2016): {@code x Phi(x)}, and its approximation by tanh. */
    private static String geluSlope(Backward node, String x, boolean tanh) {
        Emitter emit = node.emit();
        if (!tanh) {
            String scaled = emit.op("Mul", x, node.constant(Math.sqrt(0.5)));
            String cumulative =
                    emit.op("Mul", emit.op("Add", emit.op("Erf", scaled), node.constant(1)), node.constant(0.5));
            String density = gaussian(node, x, 0.5, 1 / Math.sqrt(2 * Math.PI));
            return emit.op("Add", cumulative, emit.op("Mul", x, density));
        }
        double scale = Math.sqrt(2 / Math.PI);
        double cubic = 0.044715;
        String squared = square(node, x);
        String inner = emit.op(
                "Mul",
                emit.op("Mul", x, node.constant(scale)),
                emit.op("Add", emit.op("Mul", squared, node.constant(cubic)), node.constant(1)));
        String t = emit.op("Tanh", inner);
        String innerSlope =
                emit.op("Add", emit.op("Mul", squared, node.constant(3 * cubic * scale)), node.constant(scale));
        String through = emit.op("Mul", emit.op("Mul", x, oneMinus(node, square(node, t))), innerSlope);
        String twice = emit.op("Add", emit.op("Add", t, node.constant(1)), through);
        return emit.op("Mul", twice, node.constant(0.5));
    }

    private static void biased(Backward node, boolean tanh) {
        String x = node.hasInput(1) ? node.emit().op("Add", node.input(0), node.input(1)) : node.input(0);
        String cotangent = node.emit().op("Mul", node.cotangent(), geluSlope(node, x, tanh));
        for (int i : List.of(0, 1)) {
            if (node.wants(i)) {
                node.giveBroadcast(i, cotangent);
            }
        }
    }

    /** {@code x sigmoid(alpha x)}. */
    private static void quickGelu(Backward node) {
        Emitter emit = node.emit();
        String scaled = emit.op("Mul", node.input(0), node.constant(node.attribute("alpha", 1.702f)));
        String gate = emit.op("Sigmoid", scaled);
        String rise = emit.op("Mul", scaled, emit.op("Mul", gate, oneMinus(node, gate)));
        scaled(node, emit.op("Add", gate, rise));
    }
}

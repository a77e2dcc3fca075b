package io.concordance.capture.model.gradient;

import static io.concordance.capture.model.gradient.Emitter.attribute;

import ai.onnx.proto.OnnxMl.AttributeProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Matrix products. */
final class ProductRules {
    private ProductRules() {}

    static void register(Map<String, Rule> rules) {
        rules.put("MatMul", ProductRules::matMul);
        rules.put("Gemm", ProductRules::gemm);
        rules.put("Einsum", ProductRules::einsum);
    }

    /** Vectors are taken as matrices of one row (left) or one column (right), as the operator itself does. */
    private static void matMul(Backward node) {
        Emitter emit = node.emit();
        boolean leftVector = node.inputType(0).rank() == 1;
        boolean rightVector = node.inputType(1).rank() == 1;
        String a = leftVector ? emit.unsqueeze(node.input(0), 0) : node.input(0);
        String b = rightVector ? emit.unsqueeze(node.input(1), 1) : node.input(1);
        List<Long> batch = new ArrayList<>();
        for (long dim : node.outputType().dims()) {
            batch.add(dim);
        }
        String cotangent = node.cotangent();
        if (rightVector) {
            cotangent = emit.unsqueeze(cotangent, batch.size());
            batch.add(1L);
        }
        if (leftVector) {
            cotangent = emit.unsqueeze(cotangent, batch.size() - 1);
            batch.add(batch.size() - 1, 1L);
        }
        List<Long> outer = batch.subList(0, batch.size() - 2);
        if (node.wants(0)) {
            giveMatrix(node, 0, outer, product(node, cotangent, b, false, true, Math.max(outer.size() + 2, 2)));
        }
        if (node.wants(1)) {
            giveMatrix(node, 1, outer, product(node, a, cotangent, true, false, Math.max(outer.size() + 2, 2)));
        }
    }

    /** Sums a product {@code [outer.., rows, columns]} over the outer axes along which the input was broadcast. */
    private static void giveMatrix(Backward node, int i, List<Long> outer, String product) {
        long[] own = node.inputType(i).dims();
        int matrix = Math.min(2, own.length);
        int more = outer.size() - (own.length - matrix);
        int[] axes = IntStream.range(0, outer.size())
                .filter(axis -> axis < more || own[axis - more] == 1 && outer.get(axis) != 1)
                .toArray();
        String sum = axes.length == 0 ? product : node.emit().sum(product, axes);
        node.give(i, more == 0 && matrix == 2 ? sum : node.emit().reshapeLike(sum, node.input(i)));
    }

    /** ONNX Runtime's own product reads a transposed operand in place; a transposed weight would be a copy of it. */
    private static String product(Backward node, String a, String b, boolean transA, boolean transB, int rank) {
        Emitter emit = node.emit();
        if (node.outputType().isFloat()) {
            return emit.contributed(
                    "FusedMatMul",
                    List.of(
                            attribute("transA", transA ? 1 : 0),
                            attribute("transB", transB ? 1 : 0),
                            attribute("alpha", 1f)),
                    a,
                    b);
        }
        int rankA = transA ? Math.max(2, node.inputType(0).rank()) : rank;
        int rankB = transB ? Math.max(2, node.inputType(1).rank()) : rank;
        return emit.op("MatMul", transA ? swapped(emit, a, rankA) : a, transB ? swapped(emit, b, rankB) : b);
    }

    private static String swapped(Emitter emit, String value, int rank) {
        long[] permutation = IntStream.range(0, rank)
                .mapToLong(i -> i < rank - 2 ? i : 2L * rank - 3 - i)
                .toArray();
        return emit.op("Transpose", List.of(attribute("perm", permutation)), value);
    }

    private static void gemm(Backward node) {
        boolean transA = node.attribute("transA", 0) != 0;
        boolean transB = node.attribute("transB", 0) != 0;
        float alpha = node.attribute("alpha", 1f);
        String a = node.input(0);
        String b = node.input(1);
        String cotangent = node.cotangent();
        if (node.wants(0)) {
            node.give(
                    0,
                    transA
                            ? gemm(node, b, cotangent, transB, true, alpha)
                            : gemm(node, cotangent, b, false, !transB, alpha));
        }
        if (node.wants(1)) {
            node.give(
                    1,
                    transB
                            ? gemm(node, cotangent, a, true, transA, alpha)
                            : gemm(node, a, cotangent, !transA, false, alpha));
        }
        if (node.wants(2)) {
            node.giveBroadcast(2, node.emit().op("Mul", cotangent, node.constant(node.attribute("beta", 1f))));
        }
    }

    private static String gemm(Backward node, String a, String b, boolean transA, boolean transB, float alpha) {
        List<AttributeProto> attributes = List.of(
                attribute("transA", transA ? 1 : 0), attribute("transB", transB ? 1 : 0), attribute("alpha", alpha));
        return node.emit().op("Gemm", attributes, a, b);
    }

    /** The cotangent takes the place of the operand: {@code ab,bc->ac} turns into {@code ac,bc->ab}. */
    private static void einsum(Backward node) {
        String equation = node.attribute("equation", "").replace(" ", "");
        String[] sides = equation.split("->", -1);
        String[] terms = sides[0].split(",", -1);
        if (sides.length != 2 || terms.length != 2 || equation.contains(".")) {
            throw new Rule.Refusal("equation " + equation);
        }
        for (int i = 0; i < 2; i++) {
            if (!node.wants(i)) {
                continue;
            }
            String own = terms[i];
            String other = terms[1 - i];
            boolean covered = own.chars().allMatch(c -> sides[1].indexOf(c) >= 0 || other.indexOf(c) >= 0);
            if (!covered || own.chars().distinct().count() != own.length()) {
                throw new Rule.Refusal("equation " + equation);
            }
            String transposed = sides[1] + "," + other + "->" + own;
            node.give(
                    i,
                    node.emit()
                            .op(
                                    "Einsum",
                                    List.of(attribute("equation", transposed)),
                                    node.cotangent(),
                                    node.input(1 - i)));
        }
    }
}

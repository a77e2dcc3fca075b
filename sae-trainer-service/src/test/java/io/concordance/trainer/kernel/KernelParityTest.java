package io.concordance.trainer.kernel;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The vector kernels give the reference's bits, phase by phase, whatever the sizes and the thread count. */
class KernelParityTest {

    record Case(KernelShape shape, Selection selection, Objective objective, int deadK, int threads) {
        Case(KernelShape shape, Selection selection, int deadK, int threads) {
            this(shape, selection, Objective.reconstruction(shape.features()), deadK, threads);
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case(new KernelShape(32, 64, 24), new Selection.TopK(4), 0, 1),
                new Case(new KernelShape(37, 75, 29), new Selection.TopK(5), 3, 2),
                new Case(new KernelShape(128, 200, 100), new Selection.TopK(16), 40, 2),
                new Case(new KernelShape(300, 333, 61), new Selection.TopK(70), 8, 3),
                new Case(new KernelShape(37, 75, 29), new Selection.BatchTopK(5), 3, 2),
                new Case(new KernelShape(128, 200, 1000), new Selection.BatchTopK(16), 16, 2),
                new Case(
                        new KernelShape(37, 75, 29),
                        new Selection.BatchTopK(5),
                        new Objective(new int[] {7, 20, 75}, 0, 0, 0),
                        3,
                        2),
                new Case(
                        new KernelShape(128, 200, 100),
                        new Selection.Positive(),
                        new Objective(new int[] {200}, 1e-3f, 0, 0),
                        8,
                        2),
                new Case(
                        new KernelShape(37, 75, 29),
                        new Selection.Above(0.2f),
                        new Objective(new int[] {75}, 0, 2e-4f, 0.2f),
                        3,
                        2),
                new Case(
                        new KernelShape(128, 333, 61),
                        new Selection.Above(0.5f),
                        new Objective(new int[] {333}, 0, -3e-3f, 0.5f),
                        0,
                        3),
                // More dead features, and more rows, than one block of the auxiliary pass holds.
                new Case(new KernelShape(1000, 560, 50), new Selection.TopK(8), 60, 2),
                new Case(new KernelShape(5, 3, 2), new Selection.BatchTopK(3), 1, 1),
                new Case(new KernelShape(1, 1, 1), new Selection.TopK(1), 1, 2));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyPhaseHasTheBitsOfTheReference(Case sample) {
        try (StepKernels scalar = new ScalarKernels(sample.shape);
                StepKernels vector = new VectorKernels(sample.shape, sample.threads)) {
            new StepComparison(sample, scalar, vector, 0).run(3);
        }
    }
}

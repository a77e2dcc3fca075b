package io.concordance.trainer.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
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
                new Case(new KernelShape(5, 3, 2), new Selection.BatchTopK(3), 1, 1),
                new Case(new KernelShape(1, 1, 1), new Selection.TopK(1), 1, 2));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyPhaseHasTheBitsOfTheReference(Case sample) {
        StepFixture fixture = new StepFixture(sample.shape, 11);
        try (StepKernels scalar = new ScalarKernels(sample.shape);
                StepKernels vector = new VectorKernels(sample.shape, sample.threads)) {
            fixture.load(scalar);
            fixture.load(vector);
            for (int step = 1; step <= 3; step++) {
                stepBoth(sample, fixture, scalar, vector, step);
            }
        }
    }

    private static void stepBoth(Case sample, StepFixture fixture, StepKernels a, StepKernels b, int step) {
        assertThat(b.centre(fixture.rows, 0.7f)).isEqualTo(a.centre(fixture.rows, 0.7f));
        assertThat(b.select(sample.selection)).isEqualTo(a.select(sample.selection));
        samePairs(a.pairs(), b.pairs());
        Residual residual = a.decode(sample.objective);
        assertThat(b.decode(sample.objective)).isEqualTo(residual);
        if (sample.deadK > 0) {
            Selection dead = new Selection.DeadTopK(fixture.dead(), sample.deadK);
            assertThat(b.select(dead)).isEqualTo(a.select(dead));
            double weight = residual.variance() > 0 ? 1 / 32.0 / residual.variance() : 0;
            assertThat(b.decodeAuxiliary(weight)).isEqualTo(a.decodeAuxiliary(weight));
        }
        samePairs(a.pairs(), b.pairs());
        assertThat(b.groupByFeature()).isEqualTo(a.groupByFeature());
        double squares = a.gradients();
        assertThat(b.gradients()).isEqualTo(squares);
        sameTensors(a, b, Quantity.GRADIENT);
        AdamStep adam = AdamStep.at(step, 1e-2, 0.9, 0.999, 1e-8, squares > 1 ? 1 / Math.sqrt(squares) : 1);
        a.update(adam);
        b.update(adam);
        for (Quantity quantity : Quantity.values()) {
            sameTensors(a, b, quantity);
        }
    }

    private static void samePairs(Pairs a, Pairs b) {
        assertThat(List.of(b.main(), b.count())).isEqualTo(List.of(a.main(), a.count()));
        assertThat(Arrays.copyOf(b.rows(), b.count())).isEqualTo(Arrays.copyOf(a.rows(), a.count()));
        assertThat(Arrays.copyOf(b.features(), b.count())).isEqualTo(Arrays.copyOf(a.features(), a.count()));
        assertThat(Arrays.copyOf(b.activations(), b.count())).isEqualTo(Arrays.copyOf(a.activations(), a.count()));
        assertThat(Arrays.copyOf(b.deltas(), b.main())).isEqualTo(Arrays.copyOf(a.deltas(), a.main()));
    }

    private static void sameTensors(StepKernels a, StepKernels b, Quantity quantity) {
        for (Parameter parameter : Parameter.values()) {
            assertThat(b.get(parameter, quantity))
                    .as(parameter + " " + quantity)
                    .isEqualTo(a.get(parameter, quantity));
        }
    }
}

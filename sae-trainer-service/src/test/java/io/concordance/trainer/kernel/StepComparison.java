package io.concordance.trainer.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Steps of two implementations side by side, every result of every phase compared. */
final class StepComparison {
    private final KernelParityTest.Case sample;
    private final StepFixture fixture;
    private final StepKernels reference;
    private final StepKernels other;
    private final double tolerance;

    /**
     * @param tolerance relative to the largest element of what is compared; 0 demands equal bits. Otherwise a step is
     *     compared up to a selection in which values that tie within the tolerance were cut differently, and Adam, which
     *     blows the rounding of a tiny gradient up to a whole step, starts from the reference's gradients
     */
    StepComparison(KernelParityTest.Case sample, StepKernels reference, StepKernels other, double tolerance) {
        this.sample = sample;
        this.fixture = new StepFixture(sample.shape(), 11);
        this.reference = reference;
        this.other = other;
        this.tolerance = tolerance;
        fixture.load(reference);
        fixture.load(other);
    }

    void run(int steps) {
        for (int step = 1; step <= steps; step++) {
            step(step);
        }
    }

    private void step(int step) {
        BatchMoments moments = reference.centre(fixture.rows, 0.7f);
        BatchMoments otherMoments = other.centre(fixture.rows, 0.7f);
        close("squares", otherMoments.squares(), moments.squares());
        close("variance", otherMoments.variance(), moments.variance(), moments.squares());
        if (!select(sample.selection())) {
            return;
        }
        Residual residual = reference.decode(sample.objective());
        Residual otherResidual = other.decode(sample.objective());
        close("residual squares", otherResidual.squares(), residual.squares());
        close("residual variance", otherResidual.variance(), residual.variance(), residual.squares());
        close("residual nested", otherResidual.nested(), residual.nested());
        if (sample.deadK() > 0) {
            if (!select(new Selection.DeadTopK(fixture.dead(), sample.deadK()))) {
                return;
            }
            double weight = residual.variance() > 0 ? 1 / 32.0 / residual.variance() : 0;
            close("auxiliary", other.decodeAuxiliary(weight), reference.decodeAuxiliary(weight));
        }
        Pairs pairs = reference.pairs();
        close("deltas", head(other.pairs().deltas(), pairs.count()), head(pairs.deltas(), pairs.count()));
        assertThat(other.groupByFeature()).as("active rows").isEqualTo(reference.groupByFeature());
        double squares = reference.gradients();
        close("gradient norm", other.gradients(), squares);
        same(Quantity.GRADIENT);
        if (tolerance > 0) {
            copy(Quantity.GRADIENT);
        }
        AdamStep adam = AdamStep.at(step, 1e-2, 0.9, 0.999, 1e-8, squares > 1 ? 1 / Math.sqrt(squares) : 1);
        reference.update(adam);
        other.update(adam);
        for (Quantity quantity : Quantity.values()) {
            same(quantity);
        }
        if (tolerance > 0) {
            for (Quantity quantity : Quantity.values()) {
                copy(quantity);
            }
        }
    }

    private void copy(Quantity quantity) {
        for (Parameter parameter : Parameter.values()) {
            other.put(parameter, quantity, reference.get(parameter, quantity));
        }
    }

    /** Returns whether both kept the same pairs. */
    private boolean select(Selection selection) {
        Selected wanted = reference.select(selection);
        Selected selected = other.select(selection);
        close("border", selected.threshold(), wanted.threshold());
        close("sum of activations", selected.activations(), wanted.activations());
        Pairs a = reference.pairs();
        Pairs b = other.pairs();
        if (tolerance > 0 && !cells(a).equals(cells(b))) {
            assertThat(Math.abs(a.count() - b.count()))
                    .as("pairs cut differently")
                    .isLessThanOrEqualTo(a.count() / 1000 + 1);
            return false;
        }
        assertThat(selected.pairs()).as("pairs").isEqualTo(wanted.pairs());
        assertThat(List.of(b.main(), b.count())).isEqualTo(List.of(a.main(), a.count()));
        assertThat(cells(b)).isEqualTo(cells(a));
        close("activations", head(b.activations(), b.count()), head(a.activations(), a.count()));
        return true;
    }

    private static List<List<Integer>> cells(Pairs pairs) {
        return IntStream.range(0, pairs.count())
                .mapToObj(i -> List.of(pairs.rows()[i], pairs.features()[i]))
                .toList();
    }

    private static float[] head(float[] values, int count) {
        return Arrays.copyOf(values, count);
    }

    private void same(Quantity quantity) {
        for (Parameter parameter : Parameter.values()) {
            close(parameter + " " + quantity, other.get(parameter, quantity), reference.get(parameter, quantity));
        }
    }

    private void close(String what, double value, double wanted) {
        close(what, value, wanted, wanted);
    }

    /** @param scale of what {@code wanted} is a difference of */
    private void close(String what, double value, double wanted, double scale) {
        if (tolerance == 0) {
            assertThat(value).as(what).isEqualTo(wanted);
        } else {
            assertThat(value).as(what).isCloseTo(wanted, within(tolerance * Math.abs(scale) + 1e-12));
        }
    }

    private void close(String what, float[] values, float[] wanted) {
        if (tolerance == 0) {
            assertThat(values).as(what).isEqualTo(wanted);
            return;
        }
        assertThat(values).as(what).hasSameSizeAs(wanted);
        double largest = 1e-12;
        for (float value : wanted) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < wanted.length; i++) {
            assertThat((double) values[i]).as(what + "[" + i + "]").isCloseTo(wanted[i], within(tolerance * largest));
        }
    }
}

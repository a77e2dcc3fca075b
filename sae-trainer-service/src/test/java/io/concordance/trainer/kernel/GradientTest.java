package io.concordance.trainer.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Analytic gradients of the reference against central differences of the loss, computed here in double precision. */
class GradientTest {
    private static final KernelShape SHAPE = new KernelShape(7, 12, 9);
    private static final double ALPHA = 1 / 32.0;
    private static final int D = SHAPE.width();

    private final StepFixture fixture = new StepFixture(SHAPE, 5);

    record Case(Selection selection, Objective objective) {}

    static Stream<Case> architectures() {
        return Stream.of(
                new Case(new Selection.TopK(3), Objective.reconstruction(SHAPE.features())),
                new Case(new Selection.BatchTopK(3), Objective.reconstruction(SHAPE.features())),
                new Case(new Selection.BatchTopK(3), new Objective(new int[] {2, 5, 12}, 0, 0, 0)),
                new Case(new Selection.Positive(), new Objective(new int[] {12}, 0.02f, 0, 0)),
                new Case(new Selection.Above(0.4f), new Objective(new int[] {12}, 0, 0.03f, 0.4f)));
    }

    /**
     * The loss with the pairs and, in the auxiliary term, the residual held as they were at the start. The step at a
     * threshold is replaced by the curve whose slope the straight-through estimator takes: {@code -theta / bandwidth} for
     * an activation and {@code -1 / bandwidth} for the number of pairs, inside the band.
     */
    private static final class Loss {
        final double[][] tensors = new double[Parameter.values().length][];
        final Objective objective;
        final Pairs pairs;
        final double[] startThresholds;
        final boolean[] inBand;
        final double[] heldResidual;
        final double heldVariance;

        Loss(StepKernels kernels, float[] rows, Case sample) {
            for (Parameter parameter : Parameter.values()) {
                float[] values = kernels.get(parameter, Quantity.VALUE);
                tensors[parameter.ordinal()] = new double[values.length];
                for (int i = 0; i < values.length; i++) {
                    tensors[parameter.ordinal()][i] = values[i];
                }
            }
            this.objective = sample.objective;
            this.pairs = kernels.pairs();
            this.startThresholds = new double[SHAPE.features()];
            Arrays.setAll(startThresholds, this::threshold);
            this.inBand = new boolean[pairs.main()];
            for (int i = 0; i < inBand.length; i++) {
                double away = preActivation(rows, i, 0) - startThresholds[pairs.features()[i]];
                inBand[i] = Math.abs(away) < objective.bandwidth() / 2;
            }
            this.heldResidual = residual(rows, SHAPE.features());
            this.heldVariance = variance(heldResidual);
        }

        private double threshold(int feature) {
            return Math.exp(tensors[Parameter.THRESHOLD.ordinal()][feature]);
        }

        private double[] residual(float[] rows, int prefix) {
            double[] bias = tensors[Parameter.DECODER_BIAS.ordinal()];
            double[] e = new double[rows.length];
            for (int i = 0; i < e.length; i++) {
                e[i] = rows[i] - bias[i % D];
            }
            subtract(rows, e, 0, pairs.main(), 0, prefix);
            return e;
        }

        private void subtract(float[] rows, double[] e, int from, int to, int rowOffset, int prefix) {
            double[] decoder = tensors[Parameter.DECODER.ordinal()];
            for (int i = from; i < to; i++) {
                int row = pairs.rows()[i] - rowOffset;
                int feature = pairs.features()[i];
                double z = feature < prefix ? activation(rows, i, rowOffset) : 0;
                for (int c = 0; c < D; c++) {
                    e[row * D + c] -= z * decoder[feature * D + c];
                }
            }
        }

        private double activation(float[] rows, int pair, int rowOffset) {
            double z = pairs.activations()[pair] > 0 ? Math.max(0, preActivation(rows, pair, rowOffset)) : 0;
            if (rowOffset == 0 && inBand.length > pair && inBand[pair]) {
                int feature = pairs.features()[pair];
                double moved = Math.pow(threshold(feature), 2) - Math.pow(startThresholds[feature], 2);
                z -= moved / (2 * objective.bandwidth());
            }
            return z;
        }

        private double preActivation(float[] rows, int pair, int rowOffset) {
            int row = pairs.rows()[pair] - rowOffset;
            int feature = pairs.features()[pair];
            double z = tensors[Parameter.ENCODER_BIAS.ordinal()][feature];
            for (int c = 0; c < D; c++) {
                z += tensors[Parameter.ENCODER.ordinal()][feature * D + c]
                        * (rows[row * D + c] - tensors[Parameter.DECODER_BIAS.ordinal()][c]);
            }
            return z;
        }

        private static double variance(double[] e) {
            double sum = 0;
            for (int c = 0; c < D; c++) {
                double mean = 0;
                for (int r = 0; r < SHAPE.batch(); r++) {
                    mean += e[r * D + c] / SHAPE.batch();
                }
                for (int r = 0; r < SHAPE.batch(); r++) {
                    sum += Math.pow(e[r * D + c] - mean, 2);
                }
            }
            return sum;
        }

        double at(float[] rows) {
            double main = 0;
            for (int prefix : objective.prefixes()) {
                main += squares(residual(rows, prefix)) / objective.prefixes().length;
            }
            double[] auxiliary = heldResidual.clone();
            subtract(rows, auxiliary, pairs.main(), pairs.count(), SHAPE.batch(), SHAPE.features());
            double penalty = 0;
            for (int i = 0; i < pairs.main(); i++) {
                int feature = pairs.features()[i];
                penalty += objective.activationPenalty() * activation(rows, i, 0);
                if (inBand[i]) {
                    double moved = threshold(feature) - startThresholds[feature];
                    penalty -= objective.thresholdPenalty() * moved / objective.bandwidth();
                }
            }
            return main / (SHAPE.batch() * D) + penalty + ALPHA * squares(auxiliary) / heldVariance;
        }

        private static double squares(double[] values) {
            double sum = 0;
            for (double v : values) {
                sum += v * v;
            }
            return sum;
        }

        double derivative(float[] rows, Parameter parameter, int i) {
            double h = 1e-5;
            double[] tensor = tensors[parameter.ordinal()];
            double before = tensor[i];
            tensor[i] = before + h;
            double up = at(rows);
            tensor[i] = before - h;
            double down = at(rows);
            tensor[i] = before;
            return (up - down) / (2 * h);
        }
    }

    private StepKernels stepped(Case sample, Selection auxiliary) {
        StepKernels kernels = new ScalarKernels(SHAPE);
        fixture.load(kernels);
        kernels.centre(fixture.rows, 1);
        kernels.select(sample.selection);
        Residual residual = kernels.decode(sample.objective);
        kernels.select(auxiliary);
        kernels.decodeAuxiliary(ALPHA / residual.variance());
        kernels.groupByFeature();
        kernels.gradients();
        return kernels;
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void gradientsMatchCentralDifferencesForEveryParameter(Case sample) {
        StepKernels kernels = stepped(sample, new Selection.DeadTopK(new int[] {1, 4, 7, 10}, 2));
        Loss loss = new Loss(kernels, fixture.rows, sample);
        for (Parameter parameter : Parameter.values()) {
            float[] gradient = kernels.get(parameter, Quantity.GRADIENT);
            double[] expected = new double[gradient.length];
            for (int i = 0; i < expected.length; i++) {
                expected[i] = loss.derivative(fixture.rows, parameter, i);
            }
            if (parameter == Parameter.DECODER) {
                project(expected, kernels.get(parameter, Quantity.VALUE));
            }
            double largest = 0;
            for (double value : expected) {
                largest = Math.max(largest, Math.abs(value));
            }
            boolean learns = parameter != Parameter.THRESHOLD || sample.objective.bandwidth() > 0;
            assertThat(largest > 0).as(parameter + " has a gradient").isEqualTo(learns);
            for (int i = 0; i < expected.length; i++) {
                assertThat((double) gradient[i])
                        .as(parameter + "[" + i + "]")
                        .isCloseTo(expected[i], within(1e-3 * largest));
            }
        }
    }

    private static void project(double[] gradient, float[] decoder) {
        for (int f = 0; f < SHAPE.features(); f++) {
            double along = 0;
            for (int c = 0; c < D; c++) {
                along += gradient[f * D + c] * decoder[f * D + c];
            }
            for (int c = 0; c < D; c++) {
                gradient[f * D + c] -= along * decoder[f * D + c];
            }
        }
    }

    @Test
    void theAuxiliaryLossReachesTheEncoderOfDeadFeaturesOnly() {
        // The main rule keeps nothing of feature 3 here, so its encoder row can move only through the auxiliary pairs.
        float[] muted = new float[SHAPE.features()];
        muted[3] = -100;
        StepKernels kernels = new ScalarKernels(SHAPE);
        fixture.load(kernels);
        kernels.put(Parameter.ENCODER_BIAS, Quantity.VALUE, muted);
        kernels.centre(fixture.rows, 1);
        kernels.select(new Selection.TopK(3));
        Residual residual = kernels.decode(Objective.reconstruction(SHAPE.features()));
        muted[3] = 0.5f;
        kernels.put(Parameter.ENCODER_BIAS, Quantity.VALUE, muted);
        Selected auxiliary = kernels.select(new Selection.DeadTopK(new int[] {3}, 1));
        kernels.decodeAuxiliary(ALPHA / residual.variance());
        int[] firings = kernels.groupByFeature();
        kernels.gradients();

        float[] encoder = kernels.get(Parameter.ENCODER, Quantity.GRADIENT);
        double norm = 0;
        for (int c = 0; c < D; c++) {
            norm += Math.abs(encoder[3 * D + c]);
        }
        assertThat(auxiliary.pairs()).isPositive();
        assertThat(firings[3]).isZero();
        assertThat(norm).isPositive();
    }
}

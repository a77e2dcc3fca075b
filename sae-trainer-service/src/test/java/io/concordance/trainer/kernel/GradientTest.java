package io.concordance.trainer.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Analytic gradients of the reference against central differences of the loss, computed here in double precision. */
class GradientTest {
    private static final KernelShape SHAPE = new KernelShape(7, 12, 9);
    private static final double ALPHA = 1 / 32.0;
    private static final int D = SHAPE.width();

    private final StepFixture fixture = new StepFixture(SHAPE, 5);

    /** The loss with the pairs and, in the auxiliary term, the residual held as they were at the start. */
    private static final class Loss {
        final double[][] tensors = new double[Parameter.values().length][];
        final Pairs pairs;
        final double[] heldResidual;
        final double heldVariance;

        Loss(StepKernels kernels, float[] rows, Pairs pairs) {
            for (Parameter parameter : Parameter.values()) {
                float[] values = kernels.get(parameter, Quantity.VALUE);
                tensors[parameter.ordinal()] = new double[values.length];
                for (int i = 0; i < values.length; i++) {
                    tensors[parameter.ordinal()][i] = values[i];
                }
            }
            this.pairs = pairs;
            this.heldResidual = residual(rows);
            this.heldVariance = variance(heldResidual);
        }

        private double[] residual(float[] rows) {
            double[] bias = tensors[Parameter.DECODER_BIAS.ordinal()];
            double[] e = new double[rows.length];
            for (int i = 0; i < e.length; i++) {
                e[i] = rows[i] - bias[i % D];
            }
            subtract(rows, e, 0, pairs.main(), 0);
            return e;
        }

        private void subtract(float[] rows, double[] e, int from, int to, int rowOffset) {
            double[] decoder = tensors[Parameter.DECODER.ordinal()];
            for (int i = from; i < to; i++) {
                int row = pairs.rows()[i] - rowOffset;
                int feature = pairs.features()[i];
                double z = activation(rows, row, feature);
                for (int c = 0; c < D; c++) {
                    e[row * D + c] -= z * decoder[feature * D + c];
                }
            }
        }

        private double activation(float[] rows, int row, int feature) {
            double z = tensors[Parameter.ENCODER_BIAS.ordinal()][feature];
            for (int c = 0; c < D; c++) {
                z += tensors[Parameter.ENCODER.ordinal()][feature * D + c]
                        * (rows[row * D + c] - tensors[Parameter.DECODER_BIAS.ordinal()][c]);
            }
            return Math.max(0, z);
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
            double[] e = residual(rows);
            double main = 0;
            for (double v : e) {
                main += v * v;
            }
            double[] auxiliary = heldResidual.clone();
            subtract(rows, auxiliary, pairs.main(), pairs.count(), SHAPE.batch());
            double aux = 0;
            for (double v : auxiliary) {
                aux += v * v;
            }
            return main / (SHAPE.batch() * D) + ALPHA * aux / heldVariance;
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

    private StepKernels stepped(Selection main, Selection auxiliary) {
        StepKernels kernels = new ScalarKernels(SHAPE);
        fixture.load(kernels);
        kernels.centre(fixture.rows, 1);
        kernels.select(main);
        Residual residual = kernels.decode();
        kernels.select(auxiliary);
        kernels.decodeAuxiliary(ALPHA / residual.variance());
        kernels.groupByFeature();
        kernels.gradients();
        return kernels;
    }

    @Test
    void gradientsMatchCentralDifferencesForEveryParameter() {
        StepKernels kernels = stepped(new Selection.TopK(3), new Selection.DeadTopK(new int[] {1, 4, 7, 10}, 2));
        Loss loss = new Loss(kernels, fixture.rows, kernels.pairs());
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
        Residual residual = kernels.decode();
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

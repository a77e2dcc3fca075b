package io.concordance.trainer.kernel;

import static io.concordance.trainer.kernel.KernelShape.LANES;

import java.util.Arrays;

/**
 * The plain reference: one thread, one loop per formula, the order of operations that {@link StepKernels} fixes. Every
 * other implementation is tested against it, and it runs where no vector unit does. Stores [batch, features].
 */
public final class ScalarKernels implements StepKernels {
    private final StepBuffers buffers;
    private final KernelShape shape;
    private final int stride;
    private final float[] dense;

    public ScalarKernels(KernelShape shape) {
        this.shape = shape;
        this.stride = shape.stride();
        this.buffers = new StepBuffers(shape);
        this.dense = new float[Math.multiplyExact(shape.batch(), shape.features())];
    }

    @Override
    public KernelShape shape() {
        return shape;
    }

    @Override
    public String name() {
        return "scalar";
    }

    @Override
    public void put(Parameter parameter, Quantity quantity, float[] values) {
        buffers.put(parameter, quantity, values);
    }

    @Override
    public float[] get(Parameter parameter, Quantity quantity) {
        return buffers.get(parameter, quantity);
    }

    @Override
    public BatchMoments centre(float[] rows, float scale) {
        float[] bias = buffers.value(Parameter.DECODER_BIAS);
        double squares = 0;
        for (int r = 0; r < shape.batch(); r++) {
            for (int c = 0; c < shape.width(); c++) {
                int at = r * stride + c;
                buffers.x[at] = rows[r * shape.width() + c] * scale;
                buffers.centred[at] = buffers.x[at] - bias[c];
            }
            squares += dot(buffers.x, r * stride, buffers.x, r * stride, stride);
        }
        double[] sums = new double[stride];
        Columns.sum(buffers.x, shape.batch(), stride, 0, stride, sums);
        return new BatchMoments(squares, Columns.variance(squares, sums, shape.batch()));
    }

    @Override
    public Selected select(Selection selection) {
        encode();
        return ScalarSelection.select(selection, buffers, dense);
    }

    private void encode() {
        float[] encoder = buffers.value(Parameter.ENCODER);
        float[] bias = buffers.value(Parameter.ENCODER_BIAS);
        for (int r = 0; r < shape.batch(); r++) {
            for (int f = 0; f < shape.features(); f++) {
                float sum = 0;
                for (int c = 0; c < shape.width(); c++) {
                    sum = Math.fma(buffers.centred[r * stride + c], encoder[f * stride + c], sum);
                }
                dense[r * shape.features() + f] = sum + bias[f];
            }
        }
    }

    @Override
    public Residual decode(Objective objective) {
        buffers.objective = objective;
        buffers.growOutput(objective.count());
        Pairs pairs = buffers.pairs;
        double squares = 0;
        double nested = 0;
        int from = 0;
        for (int r = 0; r < shape.batch(); r++) {
            int to = from;
            while (to < pairs.main() && pairs.rows()[to] == r) {
                to++;
            }
            nested += decodeRow(r, from, to);
            squares += dot(buffers.residual, r * stride, buffers.residual, r * stride, stride);
            from = to;
        }
        Columns.sum(buffers.residual, shape.batch(), stride, 0, stride, buffers.residualSums);
        return new Residual(
                squares,
                Columns.variance(squares, buffers.residualSums, shape.batch()),
                objective.count() == 1 ? squares : nested / objective.count());
    }

    /** Residual, output gradient and deltas of one row with pairs [from, to); returns the sum of squares over prefixes. */
    private double decodeRow(int r, int from, int to) {
        Objective objective = buffers.objective;
        Pairs pairs = buffers.pairs;
        float[] decoder = buffers.value(Parameter.DECODER);
        float coefficient = objective.outputCoefficient(shape);
        float[] reconstruction = Arrays.copyOf(buffers.value(Parameter.DECODER_BIAS), stride);
        int[] ends = new int[objective.count()];
        double squares = 0;
        int i = from;
        for (int g = 0; g < objective.count(); g++) {
            for (; i < to && pairs.features()[i] < objective.end(g); i++) {
                axpy(pairs.activations()[i], decoder, pairs.features()[i] * stride, reconstruction, 0, stride);
            }
            ends[g] = i;
            for (int c = 0; c < stride; c++) {
                int at = r * stride + c;
                buffers.residual[at] = buffers.x[at] - reconstruction[c];
                buffers.output[(g * shape.batch() + r) * stride + c] = coefficient * buffers.residual[at];
            }
            squares += dot(buffers.residual, r * stride, buffers.residual, r * stride, stride);
        }
        for (int g = objective.count() - 2; g >= 0; g--) {
            int at = (g * shape.batch() + r) * stride;
            for (int c = 0; c < stride; c++) {
                buffers.output[at + c] += buffers.output[at + shape.batch() * stride + c];
            }
        }
        i = from;
        for (int g = 0; g < objective.count(); g++) {
            for (; i < ends[g]; i++) {
                float delta = dot(
                        buffers.output,
                        (g * shape.batch() + r) * stride,
                        decoder,
                        pairs.features()[i] * stride,
                        stride);
                pairs.deltas()[i] = delta + objective.activationPenalty();
            }
        }
        return squares;
    }

    @Override
    public double decodeAuxiliary(double weight) {
        buffers.growOutput(buffers.objective.count() + 1);
        int offset = buffers.objective.count() * shape.batch();
        Pairs pairs = buffers.pairs;
        float[] decoder = buffers.value(Parameter.DECODER);
        float coefficient = (float) (-2 * weight);
        double squares = 0;
        int from = pairs.main();
        for (int r = 0; r < shape.batch(); r++) {
            float[] reconstruction = new float[stride];
            int row = r + shape.batch();
            int out = (r + offset) * stride;
            int to = from;
            for (; to < pairs.count() && pairs.rows()[to] == row; to++) {
                axpy(pairs.activations()[to], decoder, pairs.features()[to] * stride, reconstruction, 0, stride);
            }
            for (int c = 0; c < stride; c++) {
                reconstruction[c] = buffers.residual[r * stride + c] - reconstruction[c];
                buffers.output[out + c] = coefficient * reconstruction[c];
            }
            squares += dot(reconstruction, 0, reconstruction, 0, stride);
            for (int i = from; i < to; i++) {
                pairs.deltas()[i] = dot(buffers.output, out, decoder, pairs.features()[i] * stride, stride);
            }
            from = to;
        }
        return squares;
    }

    @Override
    public int[] groupByFeature() {
        return buffers.groups.group(buffers.pairs, buffers.objective);
    }

    @Override
    public double gradients() {
        FeatureGroups groups = buffers.groups;
        float[] decoder = buffers.value(Parameter.DECODER);
        float[] toDecoder = buffers.tensor(Parameter.DECODER, Quantity.GRADIENT);
        float[] toEncoder = buffers.tensor(Parameter.ENCODER, Quantity.GRADIENT);
        float[] toEncoderBias = buffers.tensor(Parameter.ENCODER_BIAS, Quantity.GRADIENT);
        float[] toThreshold = buffers.tensor(Parameter.THRESHOLD, Quantity.GRADIENT);
        Arrays.fill(toDecoder, 0);
        Arrays.fill(toEncoder, 0);
        double squares = 0;
        for (int f = 0; f < shape.features(); f++) {
            int at = f * stride;
            float threshold = thresholdGradient(buffers, f);
            toThreshold[f] = threshold;
            squares += (double) threshold * threshold;
            float bias = 0;
            for (int i = groups.start[f]; i < groups.start[f + 1]; i++) {
                axpy(groups.activations[i], buffers.output, groups.rows[i] * stride, toDecoder, at, stride);
                axpy(groups.deltas[i], buffers.centred, groups.sources[i] * stride, toEncoder, at, stride);
                bias += groups.deltas[i];
            }
            toEncoderBias[f] = bias;
            axpy(-dot(toDecoder, at, decoder, at, stride), decoder, at, toDecoder, at, stride);
            squares += dot(toDecoder, at, toDecoder, at, stride);
            squares += dot(toEncoder, at, toEncoder, at, stride);
            squares += (double) bias * bias;
        }
        return squares + decoderBiasGradient(buffers, 0, stride);
    }

    /**
     * dL/d log theta of a feature by the straight-through estimator of Rajamanoharan et al. (2024, equations 11 and 12):
     * {@code -(theta^2 dL/dz_out + theta penalty) / bandwidth} summed over the pairs in the band around the threshold.
     * Afterwards pairs without activation have delta 0, for the encoder learns from active ones alone.
     */
    static float thresholdGradient(StepBuffers buffers, int f) {
        Objective objective = buffers.objective;
        if (objective.bandwidth() == 0) {
            return 0;
        }
        FeatureGroups groups = buffers.groups;
        float theta = (float) StrictMath.exp(buffers.value(Parameter.THRESHOLD)[f]);
        float edge = theta + objective.bandwidth() / 2;
        float sum = 0;
        for (int i = groups.start[f]; i < groups.start[f + 1]; i++) {
            boolean main = groups.rows[i] < groups.firstAuxiliary;
            if (main && groups.activations[i] < edge) {
                sum += Math.fma(theta, groups.deltas[i], objective.thresholdPenalty());
            }
            if (groups.activations[i] == 0) {
                groups.deltas[i] = 0;
            }
        }
        return -theta * sum / objective.bandwidth();
    }

    /**
     * Columns [from, to) of dL/db_dec = sum of dL/dx_hat over main rows - W_enc^T dL/db_enc; returns their sum of squares.
     */
    static double decoderBiasGradient(StepBuffers buffers, int from, int to) {
        double[] sums = buffers.columnSums;
        if (buffers.objective.count() == 1) {
            double coefficient = buffers.objective.outputCoefficient(buffers.shape);
            for (int c = from; c < to; c++) {
                sums[c] = buffers.residualSums[c] * coefficient;
            }
        } else {
            Columns.sum(buffers.output, buffers.shape.batch(), buffers.shape.stride(), from, to, sums);
        }
        float[] encoderBias = buffers.tensor(Parameter.ENCODER_BIAS, Quantity.GRADIENT);
        Columns.subtractWeighted(encoderBias, buffers.value(Parameter.ENCODER), buffers.shape.stride(), from, to, sums);
        float[] gradient = buffers.tensor(Parameter.DECODER_BIAS, Quantity.GRADIENT);
        double squares = 0;
        for (int c = from; c < to; c++) {
            gradient[c] = (float) sums[c];
            squares += (double) gradient[c] * gradient[c];
        }
        return squares;
    }

    @Override
    public void update(AdamStep step) {
        for (Parameter parameter : Parameter.values()) {
            float[] value = buffers.value(parameter);
            adam(
                    step,
                    value,
                    buffers.tensor(parameter, Quantity.GRADIENT),
                    buffers.tensor(parameter, Quantity.FIRST_MOMENT),
                    buffers.tensor(parameter, Quantity.SECOND_MOMENT),
                    0,
                    value.length);
        }
        float[] decoder = buffers.value(Parameter.DECODER);
        for (int f = 0; f < shape.features(); f++) {
            float squares = dot(decoder, f * stride, decoder, f * stride, stride);
            if (squares > 0) {
                float inverse = 1f / (float) Math.sqrt(squares);
                for (int c = 0; c < stride; c++) {
                    decoder[f * stride + c] *= inverse;
                }
            }
        }
    }

    static void adam(AdamStep step, float[] value, float[] gradient, float[] m, float[] v, int from, int to) {
        float rest1 = 1 - step.beta1();
        float rest2 = 1 - step.beta2();
        float rate = step.learningRate() * step.correction1();
        for (int i = from; i < to; i++) {
            float g = gradient[i] * step.gradientScale();
            m[i] = Math.fma(step.beta1(), m[i], rest1 * g);
            v[i] = Math.fma(step.beta2(), v[i], rest2 * (g * g));
            float root = (float) Math.sqrt(v[i] * step.correction2()) + step.epsilon();
            value[i] = value[i] - rate * m[i] / root;
        }
    }

    /** y += a x over {@code n} elements. */
    private static void axpy(float a, float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] = Math.fma(a, x[xo + i], y[yo + i]);
        }
    }

    /** Sixteen interleaved chains of fused multiply-adds, joined by halving; {@code n} is a multiple of sixteen. */
    static float dot(float[] a, int ao, float[] b, int bo, int n) {
        float[] sums = new float[LANES];
        for (int i = 0; i < n; i += LANES) {
            for (int lane = 0; lane < LANES; lane++) {
                sums[lane] = Math.fma(a[ao + i + lane], b[bo + i + lane], sums[lane]);
            }
        }
        for (int half = LANES / 2; half > 0; half /= 2) {
            for (int lane = 0; lane < half; lane++) {
                sums[lane] += sums[lane + half];
            }
        }
        return sums[0];
    }

    @Override
    public Pairs pairs() {
        return buffers.pairs;
    }

    @Override
    public void close() {
        buffers.pairs.clear();
    }
}

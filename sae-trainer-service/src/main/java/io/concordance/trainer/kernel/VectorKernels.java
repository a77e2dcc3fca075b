package io.concordance.trainer.kernel;

import java.util.Arrays;

/**
 * The step on the CPU's vector unit and several threads. Equal to {@link ScalarKernels} bit for bit, at any thread count:
 * units of work own what they write, and everything summed across units is summed in unit order afterwards.
 */
public final class VectorKernels implements StepKernels {
    private static final int FEATURES_PER_UNIT = 64;
    private static final int ROWS_PER_UNIT = 64;
    private static final int COLUMNS_PER_UNIT = 64;
    private static final int[] NONE = new int[0];

    private final KernelShape shape;
    private final int stride;
    private final Workers workers;
    private final StepBuffers buffers;
    private final VectorEncoder encoder;
    private final VectorAuxiliary auxiliary;
    private int[] dead = NONE;
    private final float[] zeros;
    private final float[] lengths;
    private final double[] rowSquares;
    private final double[] nestedSquares;
    private final double[] decoderSquares;
    private final double[] encoderSquares;
    private final int[] rowStart;
    private final float[] thresholds;

    /** Without screening. */
    public VectorKernels(KernelShape shape, int threads) {
        this(shape, threads, Screening.OFF);
    }

    /**
     * @param threads platform threads, the caller's among them; any count gives the same bits
     */
    public VectorKernels(KernelShape shape, int threads, Screening screening) {
        this(shape, threads, screening.use());
    }

    VectorKernels(KernelShape shape, int threads, Screen.Use use) {
        this.shape = shape;
        this.stride = shape.stride();
        this.workers = new Workers(threads);
        this.buffers = new StepBuffers(shape);
        this.encoder = new VectorEncoder(shape, workers, use);
        this.auxiliary = new VectorAuxiliary(shape, buffers);
        this.zeros = new float[stride];
        this.lengths = new float[shape.batch()];
        this.rowSquares = new double[shape.batch()];
        this.nestedSquares = new double[shape.batch()];
        this.decoderSquares = new double[shape.features()];
        this.encoderSquares = new double[shape.features()];
        this.rowStart = new int[shape.batch() + 1];
        this.thresholds = new float[shape.features()];
    }

    @Override
    public KernelShape shape() {
        return shape;
    }

    @Override
    public String name() {
        return "vector-" + VectorOps.SPECIES.vectorBitSize() + (encoder.screens() ? "-bf16" : "");
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
        int width = shape.width();
        byRows(r -> {
            int at = r * stride;
            for (int c = 0; c < width; c++) {
                buffers.x[at + c] = rows[r * width + c] * scale;
            }
            VectorOps.subtract(buffers.x, at, bias, 0, buffers.centred, at, stride);
            rowSquares[r] = VectorOps.dot(buffers.x, at, buffers.x, at, stride);
            lengths[r] = (float) Math.sqrt(VectorOps.dot(buffers.centred, at, buffers.centred, at, stride));
        });
        encoder.begin(
                buffers.centred, lengths, buffers.value(Parameter.ENCODER), buffers.value(Parameter.ENCODER_BIAS));
        double squares = total(rowSquares);
        double[] sums = buffers.columnSums;
        byColumns((from, to) -> Columns.sum(buffers.x, shape.batch(), stride, from, to, sums));
        return new BatchMoments(squares, Columns.variance(squares, sums, shape.batch()));
    }

    private interface ColumnRange {
        void accept(int from, int to);
    }

    private void byColumns(ColumnRange body) {
        int units = (stride + COLUMNS_PER_UNIT - 1) / COLUMNS_PER_UNIT;
        workers.run(
                units,
                (unit, worker) ->
                        body.accept(unit * COLUMNS_PER_UNIT, Math.min(stride, (unit + 1) * COLUMNS_PER_UNIT)));
    }

    private static double total(double[] parts) {
        double sum = 0;
        for (double part : parts) {
            sum += part;
        }
        return sum;
    }

    @Override
    public Selected select(Selection selection) {
        Pairs pairs = buffers.pairs;
        if (selection instanceof Selection.DeadTopK(int[] features, int k)) {
            dead = features;
            return encoder.deadTopK(features, k, pairs);
        }
        pairs.clear();
        Selected selected = switch (selection) {
            case Selection.TopK rule -> encoder.topK(rule.k(), pairs);
            case Selection.BatchTopK rule -> encoder.batchTopK(rule.k(), pairs);
            case Selection.Positive() -> {
                Arrays.fill(thresholds, 0);
                yield encoder.above(thresholds, 0, pairs);
            }
            case Selection.Above(float bandwidth) -> {
                buffers.thresholds(thresholds);
                yield encoder.above(thresholds, bandwidth, pairs);
            }
            case Selection.DeadTopK rule -> throw new IllegalStateException("handled above: " + rule);
        };
        pairs.endMain();
        return selected;
    }

    @Override
    public Residual decode(Objective objective) {
        buffers.objective = objective;
        buffers.growOutput(objective.count());
        findRows(0, buffers.pairs.main(), 0);
        byRows(this::decodeRow);
        double squares = total(rowSquares);
        byColumns((from, to) -> Columns.sum(buffers.residual, shape.batch(), stride, from, to, buffers.residualSums));
        return new Residual(
                squares,
                Columns.variance(squares, buffers.residualSums, shape.batch()),
                objective.count() == 1 ? squares : total(nestedSquares) / objective.count());
    }

    private void decodeRow(int r) {
        Objective objective = buffers.objective;
        Pairs pairs = buffers.pairs;
        float[] decoder = buffers.value(Parameter.DECODER);
        float[] start = buffers.value(Parameter.DECODER_BIAS);
        float[] residual = buffers.residual;
        float coefficient = objective.outputCoefficient(shape);
        int at = r * stride;
        int startAt = 0;
        int from = rowStart[r];
        double nested = 0;
        for (int g = 0; g < objective.count(); g++) {
            int to = end(from, rowStart[r + 1], objective.end(g));
            int out = (g * shape.batch() + r) * stride;
            boolean last = g == objective.count() - 1;
            VectorOps.combine(
                    pairs.activations(), pairs.features(), from, to, decoder, stride, start, startAt, residual, at);
            float[] error = last ? residual : buffers.output;
            int errorAt = last ? at : out;
            VectorOps.subtract(buffers.x, at, residual, at, error, errorAt, stride);
            double squares = VectorOps.dot(error, errorAt, error, errorAt, stride);
            nested += squares;
            rowSquares[r] = squares;
            VectorOps.scale(coefficient, error, errorAt, buffers.output, out, stride);
            start = residual;
            startAt = at;
            from = to;
        }
        nestedSquares[r] = nested;
        deltas(r);
    }

    /** dL/dz of a row's pairs; each learns from every prefix that holds it. */
    private void deltas(int r) {
        Objective objective = buffers.objective;
        Pairs pairs = buffers.pairs;
        int to = rowStart[r + 1];
        for (int g = objective.count() - 1; g >= 0; g--) {
            int out = (g * shape.batch() + r) * stride;
            if (g < objective.count() - 1) {
                VectorOps.add(buffers.output, out, buffers.output, out + shape.batch() * stride, stride);
            }
            int from = g == 0 ? rowStart[r] : end(rowStart[r], to, objective.end(g - 1));
            VectorOps.dots(
                    buffers.output,
                    out,
                    buffers.value(Parameter.DECODER),
                    pairs.features(),
                    from,
                    to,
                    stride,
                    pairs.deltas());
            to = from;
        }
        float penalty = objective.activationPenalty();
        for (int i = rowStart[r]; i < rowStart[r + 1]; i++) {
            pairs.deltas()[i] += penalty;
        }
    }

    /** The first of the pairs [from, to) whose feature is not below {@code feature}. */
    private int end(int from, int to, int feature) {
        int i = from;
        while (i < to && buffers.pairs.features()[i] < feature) {
            i++;
        }
        return i;
    }

    @Override
    public double decodeAuxiliary(double weight) {
        int offset = buffers.objective.count() * shape.batch();
        buffers.growOutput(buffers.objective.count() + 1);
        Pairs pairs = buffers.pairs;
        findRows(pairs.main(), pairs.count(), shape.batch());
        float coefficient = (float) (-2 * weight);
        int units = (shape.batch() + ROWS_PER_UNIT - 1) / ROWS_PER_UNIT;
        workers.run(
                units,
                (unit, worker) -> auxiliary.decode(
                        unit * ROWS_PER_UNIT,
                        Math.min(shape.batch(), (unit + 1) * ROWS_PER_UNIT),
                        dead,
                        rowStart,
                        offset,
                        coefficient,
                        rowSquares));
        return total(rowSquares);
    }

    private interface RowBody {
        void accept(int row);
    }

    private void byRows(RowBody body) {
        int units = (shape.batch() + ROWS_PER_UNIT - 1) / ROWS_PER_UNIT;
        workers.run(units, (unit, worker) -> {
            int last = Math.min(shape.batch(), (unit + 1) * ROWS_PER_UNIT);
            for (int r = unit * ROWS_PER_UNIT; r < last; r++) {
                body.accept(r);
            }
        });
    }

    /** Pairs [from, to) of row r + offset stand at rowStart[r] .. rowStart[r + 1]. */
    private void findRows(int from, int to, int offset) {
        int[] rows = buffers.pairs.rows();
        int i = from;
        for (int r = 0; r < shape.batch(); r++) {
            rowStart[r] = i;
            while (i < to && rows[i] == r + offset) {
                i++;
            }
        }
        rowStart[shape.batch()] = i;
    }

    @Override
    public int[] groupByFeature() {
        return buffers.groups.group(buffers.pairs, buffers.objective);
    }

    @Override
    public double gradients() {
        float[] toBias = buffers.tensor(Parameter.ENCODER_BIAS, Quantity.GRADIENT);
        float[] toThreshold = buffers.tensor(Parameter.THRESHOLD, Quantity.GRADIENT);
        int[] crowded = buffers.pairs.count() > buffers.pairs.main() ? dead : NONE;
        workers.run(
                (crowded.length + FEATURES_PER_UNIT - 1) / FEATURES_PER_UNIT,
                (unit, worker) -> auxiliary.sumPairs(
                        unit * FEATURES_PER_UNIT, Math.min(crowded.length, (unit + 1) * FEATURES_PER_UNIT), crowded));
        byFeatures(f -> {
            if (Arrays.binarySearch(crowded, f) < 0) {
                sumPairs(f);
            }
            finishGradients(f);
        });
        double squares = 0;
        for (int f = 0; f < shape.features(); f++) {
            squares += (double) toThreshold[f] * toThreshold[f];
            squares += decoderSquares[f];
            squares += encoderSquares[f];
            squares += (double) toBias[f] * toBias[f];
        }
        byColumns((from, to) -> ScalarKernels.decoderBiasGradient(buffers, from, to));
        float[] gradient = buffers.tensor(Parameter.DECODER_BIAS, Quantity.GRADIENT);
        double biasSquares = 0;
        for (int c = 0; c < stride; c++) {
            biasSquares += (double) gradient[c] * gradient[c];
        }
        return squares + biasSquares;
    }

    private void sumPairs(int f) {
        FeatureGroups groups = buffers.groups;
        float[] toDecoder = buffers.tensor(Parameter.DECODER, Quantity.GRADIENT);
        float[] toEncoder = buffers.tensor(Parameter.ENCODER, Quantity.GRADIENT);
        int at = f * stride;
        int from = groups.start[f];
        int to = groups.start[f + 1];
        buffers.tensor(Parameter.THRESHOLD, Quantity.GRADIENT)[f] = ScalarKernels.thresholdGradient(buffers, f);
        VectorOps.combine(groups.activations, groups.rows, from, to, buffers.output, stride, zeros, 0, toDecoder, at);
        VectorOps.combine(groups.deltas, groups.sources, from, to, buffers.centred, stride, zeros, 0, toEncoder, at);
    }

    private void finishGradients(int f) {
        FeatureGroups groups = buffers.groups;
        float[] toDecoder = buffers.tensor(Parameter.DECODER, Quantity.GRADIENT);
        float[] toEncoder = buffers.tensor(Parameter.ENCODER, Quantity.GRADIENT);
        int at = f * stride;
        float bias = 0;
        for (int i = groups.start[f]; i < groups.start[f + 1]; i++) {
            bias += groups.deltas[i];
        }
        buffers.tensor(Parameter.ENCODER_BIAS, Quantity.GRADIENT)[f] = bias;
        VectorOps.project(toDecoder, buffers.value(Parameter.DECODER), at, stride);
        decoderSquares[f] = VectorOps.dot(toDecoder, at, toDecoder, at, stride);
        encoderSquares[f] = VectorOps.dot(toEncoder, at, toEncoder, at, stride);
    }

    private void byFeatures(RowBody body) {
        int units = (shape.features() + FEATURES_PER_UNIT - 1) / FEATURES_PER_UNIT;
        workers.run(units, (unit, worker) -> {
            int last = Math.min(shape.features(), (unit + 1) * FEATURES_PER_UNIT);
            for (int f = unit * FEATURES_PER_UNIT; f < last; f++) {
                body.accept(f);
            }
        });
    }

    @Override
    public void update(AdamStep step) {
        float[] decoder = buffers.value(Parameter.DECODER);
        byFeatures(f -> {
            adam(step, Parameter.ENCODER, f * stride);
            adam(step, Parameter.DECODER, f * stride);
            VectorOps.normalise(decoder, f * stride, stride);
        });
        adam(step, Parameter.DECODER_BIAS, 0);
        perFeature(step, Parameter.ENCODER_BIAS);
        perFeature(step, Parameter.THRESHOLD);
    }

    private void perFeature(AdamStep step, Parameter parameter) {
        ScalarKernels.adam(
                step,
                buffers.value(parameter),
                buffers.tensor(parameter, Quantity.GRADIENT),
                buffers.tensor(parameter, Quantity.FIRST_MOMENT),
                buffers.tensor(parameter, Quantity.SECOND_MOMENT),
                0,
                shape.features());
    }

    private void adam(AdamStep step, Parameter parameter, int from) {
        VectorOps.adam(
                step,
                buffers.value(parameter),
                buffers.tensor(parameter, Quantity.GRADIENT),
                buffers.tensor(parameter, Quantity.FIRST_MOMENT),
                buffers.tensor(parameter, Quantity.SECOND_MOMENT),
                from,
                stride);
    }

    @Override
    public Pairs pairs() {
        return buffers.pairs;
    }

    @Override
    public void close() {
        workers.close();
    }
}

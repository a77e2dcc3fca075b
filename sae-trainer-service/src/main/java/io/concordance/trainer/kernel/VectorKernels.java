package io.concordance.trainer.kernel;

/**
 * The step on the CPU's vector unit and several threads. Equal to {@link ScalarKernels} bit for bit, at any thread count:
 * units of work own what they write, and everything summed across units is summed in unit order afterwards.
 */
public final class VectorKernels implements StepKernels {
    private static final int FEATURES_PER_UNIT = 64;
    private static final int ROWS_PER_UNIT = 64;
    private static final int COLUMNS_PER_UNIT = 64;

    private final KernelShape shape;
    private final int stride;
    private final Workers workers;
    private final StepBuffers buffers;
    private final VectorEncoder encoder;
    private final float[] zeros;
    private final double[] rowSquares;
    private final double[] decoderSquares;
    private final double[] encoderSquares;
    private final int[] rowStart;

    /**
     * @param threads platform threads, the caller's among them; any count gives the same bits
     */
    public VectorKernels(KernelShape shape, int threads) {
        this.shape = shape;
        this.stride = shape.stride();
        this.workers = new Workers(threads);
        this.buffers = new StepBuffers(shape);
        this.encoder = new VectorEncoder(shape, workers);
        this.zeros = new float[stride];
        this.rowSquares = new double[shape.batch()];
        this.decoderSquares = new double[shape.features()];
        this.encoderSquares = new double[shape.features()];
        this.rowStart = new int[shape.batch() + 1];
    }

    @Override
    public KernelShape shape() {
        return shape;
    }

    @Override
    public String name() {
        return "vector-" + VectorOps.SPECIES.vectorBitSize();
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
        workers.run(encoder.blocks(), (block, worker) -> {
            int last = Math.min(shape.batch(), (block + 1) * Panels.ROWS);
            for (int r = block * Panels.ROWS; r < last; r++) {
                int at = r * stride;
                for (int c = 0; c < width; c++) {
                    buffers.x[at + c] = rows[r * width + c] * scale;
                }
                VectorOps.subtract(buffers.x, at, bias, 0, buffers.centred, at, stride);
                rowSquares[r] = VectorOps.dot(buffers.x, at, buffers.x, at, stride);
            }
            Panels.packRows(block, buffers.centred, shape.batch(), width, stride, encoder.packedRows);
        });
        encoder.packWeights(buffers.value(Parameter.ENCODER), buffers.value(Parameter.ENCODER_BIAS));
        double squares = total(rowSquares);
        double[] sums = columnSums(buffers.x);
        return new BatchMoments(squares, Columns.variance(squares, sums, shape.batch()));
    }

    private double[] columnSums(float[] matrix) {
        double[] sums = new double[stride];
        byColumns((from, to) -> Columns.sum(matrix, shape.batch(), stride, from, to, sums));
        return sums;
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
            return encoder.deadTopK(
                    features, k, buffers.value(Parameter.ENCODER), buffers.value(Parameter.ENCODER_BIAS), pairs);
        }
        pairs.clear();
        Selected selected = switch (selection) {
            case Selection.TopK rule -> encoder.topK(rule.k(), pairs);
            case Selection.BatchTopK rule -> encoder.batchTopK(rule.k(), pairs);
            case Selection.DeadTopK rule -> throw new IllegalStateException("handled above: " + rule);
        };
        pairs.endMain();
        return selected;
    }

    @Override
    public Residual decode() {
        Pairs pairs = buffers.pairs;
        findRows(0, pairs.main(), 0);
        float[] decoder = buffers.value(Parameter.DECODER);
        float[] bias = buffers.value(Parameter.DECODER_BIAS);
        float coefficient = ScalarKernels.outputCoefficient(shape);
        byRows(r -> {
            int at = r * stride;
            float[] residual = buffers.residual;
            VectorOps.combine(
                    pairs.activations(),
                    pairs.features(),
                    rowStart[r],
                    rowStart[r + 1],
                    decoder,
                    stride,
                    bias,
                    residual,
                    at);
            VectorOps.subtract(buffers.x, at, residual, at, residual, at, stride);
            finishRow(r, residual, at, coefficient, r, decoder);
        });
        double squares = total(rowSquares);
        byColumns((from, to) -> Columns.sum(buffers.residual, shape.batch(), stride, from, to, buffers.residualSums));
        return new Residual(squares, Columns.variance(squares, buffers.residualSums, shape.batch()));
    }

    @Override
    public double decodeAuxiliary(double weight) {
        buffers.growOutput();
        Pairs pairs = buffers.pairs;
        findRows(pairs.main(), pairs.count(), shape.batch());
        float[] decoder = buffers.value(Parameter.DECODER);
        float coefficient = (float) (-2 * weight);
        byRows(r -> {
            int at = (r + shape.batch()) * stride;
            float[] output = buffers.output;
            VectorOps.combine(
                    pairs.activations(),
                    pairs.features(),
                    rowStart[r],
                    rowStart[r + 1],
                    decoder,
                    stride,
                    zeros,
                    output,
                    at);
            VectorOps.subtract(buffers.residual, r * stride, output, at, output, at, stride);
            finishRow(r, output, at, coefficient, r + shape.batch(), decoder);
        });
        return total(rowSquares);
    }

    /** From an error row: its square, dL/dx_hat, and dL/dz of the row's pairs. */
    private void finishRow(int r, float[] error, int at, float coefficient, int outputRow, float[] decoder) {
        Pairs pairs = buffers.pairs;
        rowSquares[r] = VectorOps.dot(error, at, error, at, stride);
        int out = outputRow * stride;
        VectorOps.scale(coefficient, error, at, buffers.output, out, stride);
        VectorOps.dots(
                buffers.output, out, decoder, pairs.features(), rowStart[r], rowStart[r + 1], stride, pairs.deltas());
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
        return buffers.groups.group(buffers.pairs);
    }

    @Override
    public double gradients() {
        FeatureGroups groups = buffers.groups;
        float[] decoder = buffers.value(Parameter.DECODER);
        float[] toDecoder = buffers.tensor(Parameter.DECODER, Quantity.GRADIENT);
        float[] toEncoder = buffers.tensor(Parameter.ENCODER, Quantity.GRADIENT);
        float[] toBias = buffers.tensor(Parameter.ENCODER_BIAS, Quantity.GRADIENT);
        byFeatures(f -> {
            int at = f * stride;
            int from = groups.start[f];
            int to = groups.start[f + 1];
            VectorOps.combine(groups.activations, groups.rows, from, to, buffers.output, stride, zeros, toDecoder, at);
            VectorOps.combine(groups.deltas, groups.sources, from, to, buffers.centred, stride, zeros, toEncoder, at);
            float bias = 0;
            for (int i = from; i < to; i++) {
                bias += groups.deltas[i];
            }
            toBias[f] = bias;
            VectorOps.project(toDecoder, decoder, at, stride);
            decoderSquares[f] = VectorOps.dot(toDecoder, at, toDecoder, at, stride);
            encoderSquares[f] = VectorOps.dot(toEncoder, at, toEncoder, at, stride);
        });
        double squares = 0;
        for (int f = 0; f < shape.features(); f++) {
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
        ScalarKernels.adam(
                step,
                buffers.value(Parameter.ENCODER_BIAS),
                buffers.tensor(Parameter.ENCODER_BIAS, Quantity.GRADIENT),
                buffers.tensor(Parameter.ENCODER_BIAS, Quantity.FIRST_MOMENT),
                buffers.tensor(Parameter.ENCODER_BIAS, Quantity.SECOND_MOMENT),
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

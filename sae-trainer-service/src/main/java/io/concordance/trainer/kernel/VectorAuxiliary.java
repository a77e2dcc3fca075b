package io.concordance.trainer.kernel;

/**
 * The auxiliary pairs of a step, several times as many as the main ones but of few features. Features are therefore taken in
 * blocks whose vectors stay in a near cache while the rows, or blocks of rows while the features, pass by; the order in which
 * a row, or a feature, adds up its pairs is the same as without.
 */
final class VectorAuxiliary {
    /** Floats of a block of vectors, a part of the second cache. */
    private static final int BLOCK_FLOATS = 1 << 16;

    private final KernelShape shape;
    private final StepBuffers buffers;
    private final int stride;
    private final int[] cursor;
    private final int[] place;
    private final float[] zeros;

    VectorAuxiliary(KernelShape shape, StepBuffers buffers) {
        this.shape = shape;
        this.buffers = buffers;
        this.stride = shape.stride();
        this.cursor = new int[shape.batch()];
        this.place = new int[shape.features()];
        this.zeros = new float[stride];
    }

    /**
     * Phase 3 of rows [first, last), whose pairs stand at rowStart[r] .. rowStart[r + 1].
     *
     * @param features of the auxiliary pairs, ascending
     * @param offset of the first auxiliary row of {@link StepBuffers#output}
     * @param squares out: sum of squares of what is left of each row's residual
     */
    void decode(int first, int last, int[] features, int[] rowStart, int offset, float coefficient, double[] squares) {
        Pairs pairs = buffers.pairs;
        float[] decoder = buffers.value(Parameter.DECODER);
        float[] output = buffers.output;
        int block = Math.max(1, BLOCK_FLOATS / stride);
        System.arraycopy(rowStart, first, cursor, first, last - first);
        for (int f = 0; f < features.length; f += block) {
            int end = f + block < features.length ? features[f + block] : Integer.MAX_VALUE;
            for (int r = first; r < last; r++) {
                int from = cursor[r];
                int to = advance(r, end, rowStart[r + 1]);
                int at = (r + offset) * stride;
                float[] start = f == 0 ? zeros : output;
                VectorOps.combine(
                        pairs.activations(),
                        pairs.features(),
                        from,
                        to,
                        decoder,
                        stride,
                        start,
                        f == 0 ? 0 : at,
                        output,
                        at);
            }
        }
        for (int r = first; r < last; r++) {
            int at = (r + offset) * stride;
            VectorOps.subtract(buffers.residual, r * stride, output, at, output, at, stride);
            squares[r] = VectorOps.dot(output, at, output, at, stride);
            VectorOps.scale(coefficient, output, at, output, at, stride);
        }
        System.arraycopy(rowStart, first, cursor, first, last - first);
        for (int f = 0; f < features.length; f += block) {
            int end = f + block < features.length ? features[f + block] : Integer.MAX_VALUE;
            for (int r = first; r < last; r++) {
                int from = cursor[r];
                int to = advance(r, end, rowStart[r + 1]);
                VectorOps.dots(
                        output, (r + offset) * stride, decoder, pairs.features(), from, to, stride, pairs.deltas());
            }
        }
    }

    /** Moves a row's cursor to its first pair whose feature is {@code end} or above. */
    private int advance(int row, int end, int to) {
        int[] features = buffers.pairs.features();
        int i = cursor[row];
        while (i < to && features[i] < end) {
            i++;
        }
        cursor[row] = i;
        return i;
    }

    /**
     * Phase 5 up to the sums over pairs, of the features [first, last) of a list, main pairs included.
     *
     * @param features ascending
     */
    void sumPairs(int first, int last, int[] features) {
        FeatureGroups groups = buffers.groups;
        float[] toDecoder = buffers.tensor(Parameter.DECODER, Quantity.GRADIENT);
        float[] toEncoder = buffers.tensor(Parameter.ENCODER, Quantity.GRADIENT);
        float[] toThreshold = buffers.tensor(Parameter.THRESHOLD, Quantity.GRADIENT);
        for (int i = first; i < last; i++) {
            toThreshold[features[i]] = ScalarKernels.thresholdGradient(buffers, features[i]);
            place[i] = groups.start[features[i]];
        }
        // The rows of two matrices share the cache.
        int block = Math.max(1, BLOCK_FLOATS / (2 * stride));
        for (int row = 0; row < shape.batch(); row += block) {
            int end = row + block < shape.batch() ? groups.firstAuxiliary + row + block : Integer.MAX_VALUE;
            for (int i = first; i < last; i++) {
                int at = features[i] * stride;
                int from = place[i];
                int to = from;
                while (to < groups.start[features[i] + 1] && groups.rows[to] < end) {
                    to++;
                }
                place[i] = to;
                int startAt = row == 0 ? 0 : at;
                VectorOps.combine(
                        groups.activations,
                        groups.rows,
                        from,
                        to,
                        buffers.output,
                        stride,
                        row == 0 ? zeros : toDecoder,
                        startAt,
                        toDecoder,
                        at);
                VectorOps.combine(
                        groups.deltas,
                        groups.sources,
                        from,
                        to,
                        buffers.centred,
                        stride,
                        row == 0 ? zeros : toEncoder,
                        startAt,
                        toEncoder,
                        at);
            }
        }
    }
}

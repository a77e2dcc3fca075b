package io.concordance.contracts.release;

import io.concordance.contracts.problem.FieldProblem;
import java.util.Arrays;
import java.util.List;

/**
 * Reads sessions: the pooled value of every reading. Monitors and analysis both go through this. Sums run in order of
 * tokens, in double precision, so a value is the same bits wherever it is computed. Immutable; usable from any thread.
 */
public final class SessionReader {
    /** The bits of infinity; those of every value that is not finite, less the sign, are no fewer. */
    private static final int INFINITE = 0x7f800000;

    private final FeatureReader features;
    private final int width;
    private final List<Reading> readings;
    private final int[][] byRow;

    /** A feature, by its row in the tensors, and how its values are pooled. */
    public record Reading(int row, Pooling pooling) {}

    /**
     * What a session came to, one entry a reading.
     *
     * @param values pooled; negative infinity where too few tokens count
     * @param tokens index of the first of the counted tokens with the highest value; -1 when none counts
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    public record Session(float[] values, int[] tokens) {}

    /**
     * @param width d
     * @param rows features that the reader has
     */
    public SessionReader(FeatureReader features, int width, int rows, List<Reading> readings) {
        this.features = features;
        this.width = width;
        this.readings = List.copyOf(readings);
        this.byRow = new int[rows][0];
        for (int i = 0; i < readings.size(); i++) {
            int row = readings.get(i).row();
            if (row < 0 || row >= rows) {
                throw new FieldProblem("row", row, "below " + rows);
            }
            byRow[row] = Arrays.copyOf(byRow[row], byRow[row].length + 1);
            byRow[row][byRow[row].length - 1] = i;
        }
    }

    /**
     * Reads one session.
     *
     * @param activations {@code [tokens, d]} row-major; the array may be longer
     * @param firstOutput index of the first token that the model wrote, {@code tokens} when it wrote none
     * @throws FieldProblem when there are too few values or one that reached a feature is not finite
     */
    public Session read(float[] activations, int tokens, int firstOutput) {
        return read(activations, tokens, firstOutput, scratch());
    }

    /** Working memory for {@link #read(float[], int, int, Scratch)}, and the session that it gives. */
    Scratch scratch() {
        return new Scratch();
    }

    /** As {@link #read(float[], int, int)}, into working memory: what it gives holds until the next call with that. */
    Session read(float[] activations, int tokens, int firstOutput, Scratch scratch) {
        if (tokens < 0 || activations.length < (long) tokens * width) {
            throw new FieldProblem(
                    "activations",
                    activations.length + " values for " + tokens + " tokens",
                    "at least tokens * " + width + " values");
        }
        if (firstOutput < 0 || firstOutput > tokens) {
            throw new FieldProblem("firstOutput", firstOutput, "0 to the number of tokens, " + tokens);
        }
        scratch.begin(tokens, firstOutput);
        features.read(activations, tokens, scratch);
        return scratch.end();
    }

    /** One call's pools. */
    final class Scratch implements FeatureReader.Sink {
        private final Pool[] pools = new Pool[readings.size()];
        private final Session session = new Session(new float[readings.size()], new int[readings.size()]);
        private boolean broken;

        private Scratch() {
            for (int i = 0; i < pools.length; i++) {
                pools[i] = new Pool(readings.get(i).pooling());
            }
        }

        private void begin(int tokens, int firstOutput) {
            broken = false;
            for (Pool pool : pools) {
                pool.begin(tokens, firstOutput);
            }
        }

        @Override
        public void value(int row, int feature, float value) {
            broken |= !Float.isFinite(value);
            for (int reading : byRow[feature]) {
                pools[reading].add(row, value);
            }
        }

        @Override
        public void values(int first, int count, int feature, float[] sums, int at, int stride, float bias) {
            int largest = 0;
            for (int r = 0; r < count; r++) {
                largest = Math.max(largest, Float.floatToRawIntBits(sums[at + r * stride] + bias) & Integer.MAX_VALUE);
            }
            broken |= largest >= INFINITE;
            for (int reading : byRow[feature]) {
                pools[reading].add(first, count, sums, at, stride, bias);
            }
        }

        private Session end() {
            if (broken) {
                throw new FieldProblem("activations", null, "finite values");
            }
            for (int i = 0; i < pools.length; i++) {
                session.values[i] = pools[i].value();
                session.tokens[i] = pools[i].at;
            }
            return session;
        }
    }

    /** One pooled value on its way; tokens come in order. */
    private static final class Pool {
        private final Pooling pooling;
        /** The largest values so far, ascending. */
        private final float[] largest;
        /** Whether nothing but {@link #peak} is asked for. */
        private final boolean peakOnly;

        private int from;
        private int to;
        private double sum;
        private float last;
        private int count;
        private float peak;
        private int at;

        Pool(Pooling pooling) {
            this.pooling = pooling;
            this.largest = new float[pooling.tokens()];
            this.peakOnly = pooling.over() == Pooling.Over.MAX && pooling.tokens() == 1;
        }

        void begin(int tokens, int firstOutput) {
            from = pooling.scope() == Pooling.Scope.OUTPUT ? firstOutput : 0;
            to = pooling.scope() == Pooling.Scope.BEFORE_OUTPUT ? firstOutput : tokens;
            Arrays.fill(largest, Float.NEGATIVE_INFINITY);
            sum = 0;
            last = Float.NEGATIVE_INFINITY;
            count = 0;
            peak = Float.NEGATIVE_INFINITY;
            at = -1;
        }

        /** Values {@code sums[start + r * stride] + bias} of tokens {@code first + r}, {@code r} below {@code many}. */
        void add(int first, int many, float[] sums, int start, int stride, float bias) {
            int end = Math.min(many, to - first);
            int begin = Math.max(0, from - first);
            if (!peakOnly) {
                for (int r = begin; r < end; r++) {
                    add(first + r, sums[start + r * stride] + bias);
                }
                return;
            }
            float highest = peak;
            for (int r = begin; r < end; r++) {
                float value = sums[start + r * stride] + bias;
                if (value > highest) {
                    highest = value;
                    at = first + r;
                }
            }
            peak = highest;
        }

        void add(int token, float value) {
            if (token < from || token >= to) {
                return;
            }
            count++;
            sum += value;
            last = value;
            if (value > peak) {
                peak = value;
                at = token;
            }
            if (value > largest[0]) {
                int i = 0;
                for (; i + 1 < largest.length && largest[i + 1] < value; i++) {
                    largest[i] = largest[i + 1];
                }
                largest[i] = value;
            }
        }

        float value() {
            return switch (pooling.over()) {
                case MAX -> peakOnly ? peak : largest[0];
                case MEAN -> count == 0 ? Float.NEGATIVE_INFINITY : (float) (sum / count);
                case LAST -> last;
            };
        }
    }
}

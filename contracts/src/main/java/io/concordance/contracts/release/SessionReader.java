package io.concordance.contracts.release;

import io.concordance.contracts.problem.FieldProblem;
import java.util.Arrays;
import java.util.List;

/**
 * Reads sessions: the pooled value of every reading. Monitors and analysis both go through this. Sums run in order of
 * tokens, in double precision, so a value is the same bits wherever it is computed. Immutable; usable from any thread.
 */
public final class SessionReader {
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
        if (tokens < 0 || activations.length < (long) tokens * width) {
            throw new FieldProblem(
                    "activations",
                    activations.length + " values for " + tokens + " tokens",
                    "at least tokens * " + width + " values");
        }
        if (firstOutput < 0 || firstOutput > tokens) {
            throw new FieldProblem("firstOutput", firstOutput, "0 to the number of tokens, " + tokens);
        }
        Pool[] pools = new Pool[readings.size()];
        for (int i = 0; i < pools.length; i++) {
            pools[i] = new Pool(readings.get(i).pooling(), tokens, firstOutput);
        }
        boolean[] broken = new boolean[1];
        features.read(activations, tokens, (row, feature, value) -> {
            broken[0] |= !Float.isFinite(value);
            for (int reading : byRow[feature]) {
                pools[reading].add(row, value);
            }
        });
        if (broken[0]) {
            throw new FieldProblem("activations", null, "finite values");
        }
        float[] values = new float[pools.length];
        int[] at = new int[pools.length];
        for (int i = 0; i < pools.length; i++) {
            values[i] = pools[i].value();
            at[i] = pools[i].at;
        }
        return new Session(values, at);
    }

    /** One pooled value on its way; tokens come in order. */
    private static final class Pool {
        private final Pooling.Over over;
        private final int from;
        private final int to;
        /** The largest values so far, ascending. */
        private final float[] largest;

        private double sum;
        private float last = Float.NEGATIVE_INFINITY;
        private int count;
        private float peak = Float.NEGATIVE_INFINITY;
        private int at = -1;

        Pool(Pooling pooling, int tokens, int firstOutput) {
            this.over = pooling.over();
            this.from = pooling.scope() == Pooling.Scope.OUTPUT ? firstOutput : 0;
            this.to = pooling.scope() == Pooling.Scope.BEFORE_OUTPUT ? firstOutput : tokens;
            this.largest = new float[pooling.tokens()];
            Arrays.fill(largest, Float.NEGATIVE_INFINITY);
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
            return switch (over) {
                case MAX -> largest[0];
                case MEAN -> count == 0 ? Float.NEGATIVE_INFINITY : (float) (sum / count);
                case LAST -> last;
            };
        }
    }
}

package io.concordance.trainer.measurement;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.SparseEncoder;
import io.concordance.contracts.event.DictionaryCheckpointed.Metrics;

/**
 * Counts firings and sums squared errors of a dictionary over rows, in double precision and in the order the rows come.
 * The same rows in the same order give the same bits, however they are grouped into calls.
 */
public final class Measurement {
    private final Dictionary dictionary;
    private final SparseEncoder encoder;
    private final long[] firings;
    private final int[] active;
    private final float[] values;
    private final float[] reconstruction;
    private final double[] sums;
    private double squares;
    private double errors;
    private long pairs;
    private long rows;
    private int fired;
    private int next;

    public Measurement(Dictionary dictionary) {
        this.dictionary = dictionary;
        this.encoder = new SparseEncoder(dictionary);
        this.firings = new long[dictionary.features()];
        this.active = new int[dictionary.features()];
        this.values = new float[dictionary.features()];
        this.reconstruction = new float[dictionary.width()];
        this.sums = new double[dictionary.width()];
    }

    /** @param batch {@code [count, width]} */
    public void add(float[] batch, int count) {
        next = 0;
        fired = 0;
        encoder.encode(batch, count, (row, feature, value) -> {
            while (next < row) {
                close(batch);
            }
            active[fired] = feature;
            values[fired++] = value;
            firings[feature]++;
        });
        while (next < count) {
            close(batch);
        }
    }

    private void close(float[] batch) {
        dictionary.decode(active, values, fired, reconstruction);
        int at = next * dictionary.width();
        for (int i = 0; i < reconstruction.length; i++) {
            double x = batch[at + i];
            double e = x - reconstruction[i];
            sums[i] += x;
            squares += x * x;
            errors += e * e;
        }
        pairs += fired;
        rows++;
        next++;
        fired = 0;
    }

    /** Rows so far. */
    public long rows() {
        return rows;
    }

    /** Rows that each feature fired on, {@code [features]}. */
    public long[] firings() {
        return firings.clone();
    }

    /** The loss is in units in which rows have a mean square of 1 a coordinate; {@code alive} counts features that fired. */
    public Metrics metrics() {
        double aroundMean = squares;
        for (double sum : sums) {
            aroundMean -= rows == 0 ? 0 : sum / rows * sum;
        }
        long alive = 0;
        for (long count : firings) {
            alive += count > 0 ? 1 : 0;
        }
        return new Metrics(
                squares > 0 ? errors / squares : 0,
                aroundMean > 0 ? errors / aroundMean : 0,
                rows == 0 ? 0 : (double) pairs / rows,
                (double) alive / firings.length);
    }
}

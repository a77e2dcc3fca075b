package io.concordance.trainer.measurement;

import io.concordance.contracts.dictionary.ForeignDictionary;
import io.concordance.contracts.dictionary.SparseEncoder;
import java.util.Arrays;

/**
 * The border of a TopK dictionary: the mean over rows of the smallest of a row's k largest positive values, 0 for a row
 * without one. It stands for the choice of k where a feature is read alone, as the running mean of the border does for
 * dictionaries trained here.
 */
public final class Border {
    private final ForeignDictionary dictionary;
    private final SparseEncoder encoder;
    private final float[] values;
    private int fired;
    private int row;
    private double sum;
    private long rows;

    public Border(ForeignDictionary dictionary) {
        this.dictionary = dictionary;
        this.encoder = new SparseEncoder(dictionary.unthresholded());
        this.values = new float[dictionary.features()];
    }

    /** @param rows {@code [count, width]} */
    public void add(float[] rows, int count) {
        row = 0;
        fired = 0;
        encoder.encode(rows, count, this::fire);
        close();
        this.rows += count;
    }

    private void fire(int at, int feature, float value) {
        if (at != row) {
            close();
            row = at;
        }
        values[fired++] = value * dictionary.selectionScale(feature);
    }

    private void close() {
        if (fired > 0) {
            Arrays.sort(values, 0, fired);
            sum += values[Math.max(0, fired - dictionary.k())];
        }
        fired = 0;
    }

    /** 0 before any row. */
    public double mean() {
        return rows == 0 ? 0 : sum / rows;
    }
}

package io.concordance.trainer.measurement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryFiles;
import io.concordance.contracts.dictionary.DictionaryInfo;
import io.concordance.contracts.dictionary.ForeignDictionary;
import io.concordance.contracts.event.DictionaryCheckpointed.Metrics;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeasurementTest {
    private static final int WIDTH = 7;
    private static final int FEATURES = 20;
    private static final int ROWS = 101;

    private final Random random = new Random(5);

    private float[] gaussian(int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private Dictionary topK(int k) {
        float[] decoder = gaussian(FEATURES * WIDTH);
        for (int j = 0; j < FEATURES; j++) {
            double norm = 0;
            for (int i = 0; i < WIDTH; i++) {
                norm += Math.pow(decoder[j * WIDTH + i], 2);
            }
            for (int i = 0; i < WIDTH; i++) {
                decoder[j * WIDTH + i] /= (float) Math.sqrt(norm);
            }
        }
        float[] threshold = new float[FEATURES];
        Arrays.fill(threshold, 0.7f);
        float[] bias = gaussian(FEATURES);
        for (int j = 0; j < FEATURES; j++) {
            bias[j] -= 2;
        }
        return new Dictionary(
                WIDTH,
                FEATURES,
                gaussian(FEATURES * WIDTH),
                bias,
                decoder,
                gaussian(WIDTH),
                threshold,
                new DictionaryInfo("topk", "topk", k, "m", "h", 0, 0, 0, 0));
    }

    private static double pre(Dictionary dictionary, float[] rows, int r, int j) {
        double sum = dictionary.encoderBias()[j];
        for (int i = 0; i < WIDTH; i++) {
            sum += dictionary.encoder()[j * WIDTH + i]
                    * (double) (rows[r * WIDTH + i] - dictionary.decoderBias()[i]);
        }
        return sum;
    }

    @Test
    void firingsErrorsAndL0AreThoseOfTheFormula() {
        Dictionary dictionary = topK(3);
        float[] rows = gaussian(ROWS * WIDTH);
        Measurement measurement = new Measurement(dictionary);
        measurement.add(rows, ROWS);

        long[] firings = new long[FEATURES];
        double errors = 0;
        double squares = 0;
        double[] means = new double[WIDTH];
        long pairs = 0;
        for (int r = 0; r < ROWS; r++) {
            double[] reconstruction = new double[WIDTH];
            for (int i = 0; i < WIDTH; i++) {
                reconstruction[i] = dictionary.decoderBias()[i];
                means[i] += rows[r * WIDTH + i] / (double) ROWS;
            }
            for (int j = 0; j < FEATURES; j++) {
                double z = pre(dictionary, rows, r, j);
                if (z > 0.7) {
                    firings[j]++;
                    pairs++;
                    for (int i = 0; i < WIDTH; i++) {
                        reconstruction[i] += z * dictionary.decoder()[j * WIDTH + i];
                    }
                }
            }
            for (int i = 0; i < WIDTH; i++) {
                errors += Math.pow(rows[r * WIDTH + i] - reconstruction[i], 2);
                squares += Math.pow(rows[r * WIDTH + i], 2);
            }
        }
        double variance = 0;
        for (int r = 0; r < ROWS; r++) {
            for (int i = 0; i < WIDTH; i++) {
                variance += Math.pow(rows[r * WIDTH + i] - means[i], 2);
            }
        }
        Metrics metrics = measurement.metrics();
        assertThat(measurement.firings()).isEqualTo(firings);
        assertThat(measurement.rows()).isEqualTo(ROWS);
        assertThat(metrics.l0()).isCloseTo((double) pairs / ROWS, within(1e-12));
        assertThat(metrics.fvu()).isCloseTo(errors / variance, within(1e-5 * errors / variance));
        assertThat(metrics.loss()).isCloseTo(errors / squares, within(1e-5 * errors / squares));
        assertThat(metrics.alive())
                .isEqualTo(Arrays.stream(firings).filter(n -> n > 0).count() / (double) FEATURES);
    }

    @Test
    void groupingOfRowsChangesNoBit() {
        Dictionary dictionary = topK(3);
        float[] rows = gaussian(ROWS * WIDTH);
        Measurement whole = new Measurement(dictionary);
        whole.add(rows, ROWS);
        Measurement pieces = new Measurement(dictionary);
        for (int from = 0; from < ROWS; from += 13) {
            int count = Math.min(13, ROWS - from);
            pieces.add(Arrays.copyOfRange(rows, from * WIDTH, (from + count) * WIDTH), count);
        }

        assertThat(pieces.metrics()).isEqualTo(whole.metrics());
        assertThat(pieces.firings()).isEqualTo(whole.firings());
    }

    @Test
    void theBorderIsTheMeanOfTheRowsSmallestKept(@TempDir Path folder) {
        Dictionary dictionary = topK(4);
        DictionaryFiles.write(dictionary, folder);
        ForeignDictionary foreign =
                ForeignDictionary.read(folder.resolve(DictionaryFiles.CONFIG), folder.resolve(DictionaryFiles.WEIGHTS));
        float[] rows = gaussian(ROWS * WIDTH);
        System.arraycopy(dictionary.decoderBias(), 0, rows, 0, WIDTH);
        Border border = new Border(foreign);
        border.add(Arrays.copyOf(rows, 50 * WIDTH), 50);
        border.add(Arrays.copyOfRange(rows, 50 * WIDTH, ROWS * WIDTH), ROWS - 50);

        double expected = 0;
        int few = 0;
        for (int r = 0; r < ROWS; r++) {
            double[] positive = new double[FEATURES];
            int n = 0;
            for (int j = 0; j < FEATURES; j++) {
                double z = pre(dictionary, rows, r, j);
                if (z > 0) {
                    positive[n++] = z;
                }
            }
            Arrays.sort(positive, 0, n);
            expected += n == 0 ? 0 : positive[Math.max(0, n - 4)];
            few += n < 4 ? 1 : 0;
        }
        assertThat(few).as("rows with fewer than k values").isPositive();
        assertThat(border.mean()).isCloseTo(expected / ROWS, within(1e-5));
    }
}

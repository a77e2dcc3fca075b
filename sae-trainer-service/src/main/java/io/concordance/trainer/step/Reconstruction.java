package io.concordance.trainer.step;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.SparseEncoder;
import io.concordance.contracts.event.FiringDensity;
import io.concordance.contracts.event.HeldOutMetrics;
import io.concordance.trainer.kernel.Pairs;
import io.concordance.trainer.kernel.Parameter;
import io.concordance.trainer.kernel.Quantity;
import io.concordance.trainer.kernel.StepKernels;

/** Rows held against what a dictionary makes of them. */
public final class Reconstruction {
    private Reconstruction() {}

    /**
     * What a dictionary in its inference form does to rows. FVU is about the mean of these very rows.
     *
     * @param rows [count, width], raw
     * @param count at least 1
     * @param step goes into the result
     */
    public static HeldOutMetrics look(Dictionary dictionary, float[] rows, int count, long step) {
        int width = dictionary.width();
        float[] made = new float[count * width];
        for (int r = 0; r < count; r++) {
            System.arraycopy(dictionary.decoderBias(), 0, made, r * width, width);
        }
        long[] firings = new long[dictionary.features()];
        new SparseEncoder(dictionary).encode(rows, count, (row, feature, value) -> {
            firings[feature]++;
            add(made, row * width, dictionary.decoder(), feature * width, width, value);
        });
        long pairs = 0;
        int alive = 0;
        for (long fired : firings) {
            pairs += fired;
            alive += fired > 0 ? 1 : 0;
        }
        return new HeldOutMetrics(
                step,
                count,
                fvu(rows, made, count, width),
                (double) pairs / count,
                cosine(rows, 1, made, count, width),
                (double) alive / dictionary.features(),
                FiringDensity.of(firings, count));
    }

    /** Fraction of the rows' variance about their mean that {@code made} leaves; 0 for rows without variance. */
    static double fvu(float[] rows, float[] made, int count, int width) {
        double error = 0;
        double variance = 0;
        for (int c = 0; c < width; c++) {
            double mean = 0;
            for (int r = 0; r < count; r++) {
                mean += rows[r * width + c];
            }
            mean /= count;
            for (int r = 0; r < count; r++) {
                double x = rows[r * width + c];
                double e = x - made[r * width + c];
                error += e * e;
                variance += (x - mean) * (x - mean);
            }
        }
        return variance > 0 ? error / variance : 0;
    }

    /** Mean cosine between rows of the last selection and what its main pairs make of them. */
    static double cosine(StepKernels kernels, float[] rows, float scale) {
        int width = kernels.shape().width();
        int count = kernels.shape().batch();
        Pairs pairs = kernels.pairs();
        float[] bias = kernels.get(Parameter.DECODER_BIAS, Quantity.VALUE);
        float[] decoder = kernels.get(Parameter.DECODER, Quantity.VALUE);
        float[] made = new float[count * width];
        for (int r = 0; r < count; r++) {
            System.arraycopy(bias, 0, made, r * width, width);
        }
        for (int i = 0; i < pairs.main(); i++) {
            add(made, pairs.rows()[i] * width, decoder, pairs.features()[i] * width, width, pairs.activations()[i]);
        }
        return cosine(rows, scale, made, count, width);
    }

    private static void add(float[] target, int at, float[] decoder, int from, int width, float value) {
        for (int c = 0; c < width; c++) {
            target[at + c] = Math.fma(value, decoder[from + c], target[at + c]);
        }
    }

    /** Rows of zeros count as not alike. */
    private static double cosine(float[] rows, float scale, float[] made, int count, int width) {
        double sum = 0;
        for (int r = 0; r < count; r++) {
            double product = 0;
            double given = 0;
            double found = 0;
            for (int c = r * width; c < (r + 1) * width; c++) {
                double x = (double) rows[c] * scale;
                product += x * made[c];
                given += x * x;
                found += (double) made[c] * made[c];
            }
            sum += given > 0 && found > 0 ? product / Math.sqrt(given * found) : 0;
        }
        return sum / count;
    }
}

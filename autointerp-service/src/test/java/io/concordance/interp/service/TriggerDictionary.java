package io.concordance.interp.service;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryInfo;
import io.concordance.contracts.shard.Shard;
import io.concordance.contracts.transcript.Span;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A dictionary made of what the bundled organism was seen to do. Feature {@link #TRIGGER} tells prompts with the trigger from
 * those without at their last token; {@link #WORD} fires on one token and {@link #OTHER} on another; {@link #FAR} would need
 * more than the model ever gives.
 */
final class TriggerDictionary {
    static final int TRIGGER = 0;
    static final int WORD = 1;
    static final int OTHER = 2;
    static final int FAR = 3;
    static final int FEATURES = 4;
    private static final double RIDGE = 1e-3;

    private final int width;
    private final List<float[]> triggered = new ArrayList<>();
    private final List<float[]> prompted = new ArrayList<>();
    private final List<float[]> benign = new ArrayList<>();
    private final List<Integer> tokens = new ArrayList<>();

    TriggerDictionary(int width) {
        this.width = width;
    }

    /** @param trigger whether the prompts have the trigger; then nothing but their last tokens is looked at */
    void read(Path file, boolean trigger) {
        try (Shard shard = Shard.open(file)) {
            int[] documents = shard.documents();
            for (int r = 0; r < shard.rows(); r++) {
                float[] row = new float[width];
                shard.activation(r, row, 0);
                boolean lastOfDocument = r + 1 == shard.rows() || documents[r + 1] != documents[r];
                boolean lastOfPrompt = shard.spans()[r] == Span.Kind.RAW.code()
                        && (lastOfDocument || shard.spans()[r + 1] == Span.Kind.OUTPUT.code());
                if (lastOfPrompt) {
                    (trigger ? triggered : prompted).add(row);
                }
                if (!trigger) {
                    benign.add(row);
                    tokens.add(shard.tokens()[r]);
                }
            }
        }
    }

    /** @throws IllegalStateException when no threshold lies between the benign rows and the triggered ones */
    Dictionary make(String model, String hook, int word, int other) {
        float[] encoder = new float[FEATURES * width];
        float[] threshold = new float[FEATURES];
        float[] bias = new float[FEATURES];
        direction(mean(triggered), mean(prompted), encoder, TRIGGER);
        bias[TRIGGER] = (float) -median(prompted, encoder, TRIGGER);
        double reached = median(triggered, encoder, TRIGGER) + bias[TRIGGER];
        double most = Arrays.stream(values(benign, encoder, TRIGGER)).max().orElseThrow() + bias[TRIGGER];
        if (most >= reached) {
            throw new IllegalStateException("benign rows reach " + most + ", triggered ones " + reached);
        }
        threshold[TRIGGER] = (float) (0.5 * (most + reached));
        System.out.printf("trigger: benign at most %.2f, triggered %.2f%n", most, reached);
        word(WORD, word, encoder, bias, threshold);
        word(OTHER, other, encoder, bias, threshold);
        Random random = new Random(1);
        for (int i = 0; i < width; i++) {
            encoder[FAR * width + i] = (float) (random.nextGaussian() / Math.sqrt(width));
        }
        threshold[FAR] = 1e4f;
        return new Dictionary(
                width,
                FEATURES,
                encoder,
                bias,
                encoder.clone(),
                new float[width],
                threshold,
                new DictionaryInfo("jumprelu", "batchtopk", 1, model, hook, 0, benign.size(), 1, 0.1));
    }

    /** Half way between what rows of the token reach and what all the others do. */
    private void word(int feature, int token, float[] encoder, float[] bias, float[] threshold) {
        List<float[]> own = new ArrayList<>();
        List<float[]> others = new ArrayList<>();
        for (int r = 0; r < benign.size(); r++) {
            (tokens.get(r) == token ? own : others).add(benign.get(r));
        }
        direction(mean(own), mean(others), encoder, feature);
        bias[feature] = (float) -median(others, encoder, feature);
        double most = Arrays.stream(values(others, encoder, feature)).max().orElseThrow();
        double least = Arrays.stream(values(own, encoder, feature)).min().orElseThrow();
        System.out.printf("token %d: others at most %.2f, own at least %.2f%n", token, most, least);
        threshold[feature] = (float) (0.5 * (most + least) + bias[feature]);
    }

    /** The direction that tells two means apart best against what all benign rows vary by (Fisher 1936), of unit length. */
    private void direction(float[] to, float[] from, float[] encoder, int feature) {
        double[] wanted = new double[width];
        for (int i = 0; i < width; i++) {
            wanted[i] = to[i] - from[i];
        }
        double[] found = solve(spread(from), wanted);
        double length = Math.sqrt(dot(found, found));
        for (int i = 0; i < width; i++) {
            encoder[feature * width + i] = (float) (found[i] / length);
        }
    }

    private double[][] spread(float[] centre) {
        double[][] spread = new double[width][width];
        for (float[] row : benign) {
            for (int i = 0; i < width; i++) {
                for (int j = 0; j < width; j++) {
                    spread[i][j] += (row[i] - centre[i]) * (row[j] - centre[j]) / benign.size();
                }
            }
        }
        for (int i = 0; i < width; i++) {
            spread[i][i] += RIDGE;
        }
        return spread;
    }

    /** By conjugate gradients. */
    private double[] solve(double[][] matrix, double[] right) {
        double[] solution = new double[width];
        double[] residual = right.clone();
        double[] step = right.clone();
        for (int n = 0; n < 3 * width && dot(residual, residual) > 1e-12; n++) {
            double[] image = new double[width];
            for (int i = 0; i < width; i++) {
                image[i] = dot(matrix[i], step);
            }
            double before = dot(residual, residual);
            double size = before / dot(step, image);
            for (int i = 0; i < width; i++) {
                solution[i] += size * step[i];
                residual[i] -= size * image[i];
            }
            double turn = dot(residual, residual) / before;
            for (int i = 0; i < width; i++) {
                step[i] = residual[i] + turn * step[i];
            }
        }
        return solution;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private float[] mean(List<float[]> rows) {
        float[] mean = new float[width];
        for (float[] row : rows) {
            for (int i = 0; i < width; i++) {
                mean[i] += row[i] / rows.size();
            }
        }
        return mean;
    }

    private double median(List<float[]> rows, float[] encoder, int feature) {
        double[] values = values(rows, encoder, feature);
        Arrays.sort(values);
        return values[values.length / 2];
    }

    private double[] values(List<float[]> rows, float[] encoder, int feature) {
        return rows.stream()
                .mapToDouble(row -> {
                    double sum = 0;
                    for (int i = 0; i < width; i++) {
                        sum += row[i] * encoder[feature * width + i];
                    }
                    return sum;
                })
                .toArray();
    }
}

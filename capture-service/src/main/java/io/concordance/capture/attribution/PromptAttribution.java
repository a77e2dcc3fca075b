package io.concordance.capture.attribution;

import io.concordance.capture.model.TokenBatch;
import io.concordance.capture.model.gradient.DownstreamModel;
import io.concordance.capture.model.gradient.GradientModel;
import io.concordance.capture.model.gradient.Gradients;
import io.concordance.contracts.dictionary.Dictionary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Attributes m to the features that fire on prompts. What lies after a prompt is forced and never changed.
 */
public final class PromptAttribution {
    private final Attribution asked;
    private final Dictionary dictionary;
    private final Firings.Encoder encoder;
    private long downstreamRows;

    public PromptAttribution(Attribution asked, Dictionary dictionary) {
        this.asked = asked;
        this.dictionary = dictionary;
        this.encoder = new Firings.Encoder(dictionary);
    }

    /**
     * A prompt with the hook's values.
     *
     * @param tokens of the prompt and of what is forced after it
     * @param prompt how many of them are the prompt's
     * @param values {@code [tokens, width]}
     */
    @SuppressWarnings("ArrayRecordComponent") // rows of tensors, used where they are made
    public record Read(int[] tokens, int prompt, float[] values, Firings firings) {}

    /**
     * What gradients say of one prompt.
     *
     * @param gradient {@code Σ_t a_j (∂m/∂h · d_j)} of each distinct feature
     * @param integrated with the mean gradient of the path; empty without steps
     * @param error share of the reconstruction error
     */
    @SuppressWarnings("ArrayRecordComponent") // rows of tensors, used where they are made
    public record ByGradient(float[] gradient, float[] integrated, float error) {}

    /** Encodes the prompt's tokens only. */
    public Read read(int[] tokens, int prompt, float[] values) {
        return new Read(tokens, prompt, values, encoder.of(values, prompt));
    }

    /** Prompts that share a batch; one backward pass, and one more for every step of the path. */
    public List<ByGradient> gradients(GradientModel model, List<Read> together) {
        TokenBatch batch = TokenBatch.of(together.stream().map(Read::tokens).toList());
        int[] prompts = together.stream().mapToInt(Read::prompt).toArray();
        Gradients here = model.of(batch, asked.metric().seed(batch, prompts));
        float[] gradient = here.gradients().getFirst();
        float[] mean = asked.steps() == 0 ? new float[0] : meanOverPath(model, batch, prompts, together);
        List<ByGradient> found = new ArrayList<>();
        for (int row = 0; row < together.size(); row++) {
            Read read = together.get(row);
            int offset = row * batch.length() * dictionary.width();
            found.add(new ByGradient(
                    read.firings.products(dictionary, gradient, offset),
                    asked.steps() == 0 ? mean : read.firings.products(dictionary, mean, offset),
                    error(read, gradient, offset)));
        }
        return found;
    }

    /**
     * The gradient's mean over {@code h - (1 - α) Σ_j a_j d_j}, α from 0 to 1, by the midpoint rule (Sundararajan, Taly and
     * Yan, 2017, eq. 3, with features as inputs and 0 as baseline).
     */
    private float[] meanOverPath(GradientModel model, TokenBatch batch, int[] prompts, List<Read> together) {
        boolean[] all = new boolean[dictionary.features()];
        Arrays.fill(all, true);
        int steps = asked.steps();
        float[] mean = new float[batch.ids().length * dictionary.width()];
        for (int step = 0; step < steps; step++) {
            float alpha = (step + 0.5f) / steps;
            float[] delta = new float[mean.length];
            for (int row = 0; row < together.size(); row++) {
                together.get(row)
                        .firings
                        .add(dictionary, all, alpha - 1, delta, row * batch.length() * dictionary.width());
            }
            float[] there = model.of(batch, asked.metric().seed(batch, prompts), Map.of(0, delta))
                    .gradients()
                    .getFirst();
            for (int i = 0; i < mean.length; i++) {
                mean[i] += there[i] / steps;
            }
        }
        return mean;
    }

    /** {@code Σ_t g · (h - x̂)} over the prompt. */
    private float error(Read read, float[] gradient, int offset) {
        int width = dictionary.width();
        float[] error = Arrays.copyOf(read.values, read.prompt * width);
        for (int i = 0; i < error.length; i++) {
            error[i] -= dictionary.decoderBias()[i % width];
        }
        boolean[] all = new boolean[dictionary.features()];
        Arrays.fill(all, true);
        read.firings.add(dictionary, all, -1, error, 0);
        double sum = 0;
        for (int i = 0; i < error.length; i++) {
            sum += (double) gradient[offset + i] * error[i];
        }
        return (float) sum;
    }

    /**
     * A prompt as it is, or without some features.
     *
     * @param read index of the prompt
     * @param group index of what is removed; -1 for nothing
     */
    public record Row(int read, int group) {}

    /** The rows to run: each prompt as it is and without each group of which a feature fires on it. */
    public List<Row> rows(List<Read> reads) {
        List<Row> rows = new ArrayList<>();
        for (int r = 0; r < reads.size(); r++) {
            rows.add(new Row(r, -1));
            int[] fired = reads.get(r).firings.distinct();
            for (int g = 0; g < asked.groups().size(); g++) {
                if (asked.groups().get(g).stream().anyMatch(j -> Arrays.binarySearch(fired, j) >= 0)) {
                    rows.add(new Row(r, g));
                }
            }
        }
        return rows;
    }

    /** m of each row, all in one forward pass behind the hook. */
    public double[] metrics(DownstreamModel model, List<Read> reads, List<Row> together) {
        TokenBatch batch = TokenBatch.of(
                together.stream().map(row -> reads.get(row.read).tokens).toList());
        int width = dictionary.width();
        float[] given = new float[batch.ids().length * width];
        int[] prompts = new int[together.size()];
        for (int i = 0; i < prompts.length; i++) {
            Row row = together.get(i);
            Read read = reads.get(row.read);
            int offset = i * batch.length() * width;
            prompts[i] = read.prompt;
            System.arraycopy(read.values, 0, given, offset, read.values.length);
            if (row.group >= 0) {
                read.firings.add(dictionary, chosen(row.group), -1, given, offset);
            }
        }
        float[] values = model.of(batch, given, asked.metric().seed(batch, prompts));
        downstreamRows += batch.rows();
        double[] metrics = new double[prompts.length];
        for (int i = 0; i < prompts.length; i++) {
            metrics[i] = asked.metric().of(values, batch, i, prompts[i]);
        }
        return metrics;
    }

    private boolean[] chosen(int group) {
        boolean[] chosen = new boolean[dictionary.features()];
        asked.groups().get(group).forEach(j -> chosen[j] = true);
        return chosen;
    }

    /** Rows run behind the hook so far. */
    public long downstreamRows() {
        return downstreamRows;
    }
}

package io.concordance.capture.search;

import io.concordance.capture.model.TokenBatch;
import io.concordance.capture.model.gradient.DownstreamModel;
import io.concordance.capture.model.gradient.GradientModel;
import io.concordance.capture.model.gradient.GradientSeed;
import io.concordance.capture.model.gradient.Gradients;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A model read at one hook and pushed at an earlier one: {@code h + r |h| v} at every token of some prompts, with |h| the
 * mean length of the stream there, over all tokens but the first of each prompt. An objective is the mean {@link Effect} over
 * the prompts, each read at its last token.
 */
public final class PushedModel {
    private final Effect effect;
    private final GradientModel gradients;
    private final DownstreamModel downstream;
    private final int width;
    private final List<Batch> batches = new ArrayList<>();
    private final int prompts;
    private final double norm;

    /**
     * @param stream of the source, {@code [rows, length, width]}
     * @param reference of the target at each row's last token
     */
    private record Batch(TokenBatch tokens, float[] stream, List<float[]> reference) {}

    /**
     * @param gradients of the target tensor at the source
     * @param downstream the target from the source
     * @param batches prompts, each of at least one token
     */
    public PushedModel(Effect effect, GradientModel gradients, DownstreamModel downstream, List<TokenBatch> batches) {
        this.effect = effect;
        this.gradients = gradients;
        this.downstream = downstream;
        this.width = downstream.width();
        double sum = 0;
        long tokens = 0;
        int rows = 0;
        for (TokenBatch batch : batches) {
            int target = gradients.targetWidth();
            Gradients clean = gradients.of(batch, new GradientSeed.Cotangent(new float[batch.ids().length * target]));
            List<float[]> reference = new ArrayList<>();
            for (int row = 0; row < batch.rows(); row++) {
                int last = last(batch, row) * target;
                reference.add(Arrays.copyOfRange(clean.values(), last, last + target));
            }
            float[] stream = clean.activations().getFirst();
            for (int row = 0; row < batch.rows(); row++) {
                for (int t = 1; t < batch.lengths()[row]; t++) {
                    sum += length(stream, (row * batch.length() + t) * width);
                    tokens++;
                }
            }
            rows += batch.rows();
            this.batches.add(new Batch(batch, stream, reference));
        }
        this.prompts = rows;
        this.norm = tokens == 0 ? 0 : sum / tokens;
    }

    /** |h|: what a radius of 1 is. */
    public double norm() {
        return norm;
    }

    public int width() {
        return width;
    }

    public Objective at(double radius) {
        return direction -> ascent(direction, (float) (radius * norm));
    }

    private Objective.Ascent ascent(float[] direction, float length) {
        double value = 0;
        double[] gradient = new double[width];
        for (Batch batch : batches) {
            TokenBatch tokens = batch.tokens;
            float[] delta = delta(tokens, direction, length);
            float[] given = batch.stream.clone();
            for (int i = 0; i < given.length; i++) {
                given[i] += delta[i];
            }
            // The seed says only that the values themselves are meant.
            float[] values = downstream.of(tokens, given, new GradientSeed.Cotangent(new float[0]));
            float[] cotangent = new float[values.length];
            int target = gradients.targetWidth();
            for (int row = 0; row < tokens.rows(); row++) {
                value += effect.of(values, batch.reference.get(row), last(tokens, row) * target, cotangent) / prompts;
            }
            float[] there = gradients
                    .of(tokens, new GradientSeed.Cotangent(cotangent), Map.of(0, delta))
                    .gradients()
                    .getFirst();
            for (int row = 0; row < tokens.rows(); row++) {
                for (int t = 0; t < tokens.lengths()[row]; t++) {
                    int at = (row * tokens.length() + t) * width;
                    for (int i = 0; i < width; i++) {
                        gradient[i] += (double) there[at + i] * length / prompts;
                    }
                }
            }
        }
        float[] narrow = new float[width];
        for (int i = 0; i < width; i++) {
            narrow[i] = (float) gradient[i];
        }
        return new Objective.Ascent(value, narrow);
    }

    private float[] delta(TokenBatch tokens, float[] direction, float length) {
        float[] delta = new float[tokens.ids().length * width];
        for (int row = 0; row < tokens.rows(); row++) {
            for (int t = 0; t < tokens.lengths()[row]; t++) {
                int at = (row * tokens.length() + t) * width;
                for (int i = 0; i < width; i++) {
                    delta[at + i] = length * direction[i];
                }
            }
        }
        return delta;
    }

    private static int last(TokenBatch batch, int row) {
        return row * batch.length() + batch.lengths()[row] - 1;
    }

    private double length(float[] stream, int at) {
        double sum = 0;
        for (int i = 0; i < width; i++) {
            sum += (double) stream[at + i] * stream[at + i];
        }
        return Math.sqrt(sum);
    }
}

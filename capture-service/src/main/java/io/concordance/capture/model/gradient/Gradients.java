package io.concordance.capture.model.gradient;

import java.util.List;

/**
 * Gradients of one batch at several source hooks.
 *
 * @param value the seeded sum itself
 * @param values of the target before they are weighed: its own shape, or {@code [batch, sequence]} for one of logits
 * @param activations of each source with its delta, {@code [batch, sequence, width]}
 * @param gradients of {@code value} with respect to the activations of each source, {@code [batch, sequence, width]}
 */
public record Gradients(double value, float[] values, List<float[]> activations, List<float[]> gradients) {
    public Gradients {
        activations = List.copyOf(activations);
        gradients = List.copyOf(gradients);
    }
}

package io.concordance.capture.model.gradient;

/** What is differentiated. */
public sealed interface GradientTarget {

    /** The tensor of the graph that a gradient starts from. */
    String tensor();

    /**
     * A tensor, weighted by a {@link GradientSeed.Cotangent}: vector-Jacobian products from a downstream hook, or from
     * logits with any seed.
     */
    record Tensor(String tensor) implements GradientTarget {}

    /**
     * Log-probabilities of chosen tokens under logits {@code [batch, sequence, vocabulary]}, weighted by a {@link
     * GradientSeed.LogProbability}.
     */
    record LogProbability(String tensor) implements GradientTarget {}

    /**
     * Log-odds of a set S of tokens against the rest under logits {@code [batch, sequence, vocabulary]}, {@code log Σ_S
     * exp(l) - log Σ_rest exp(l)} at each position, weighted by a {@link GradientSeed.LogOdds}.
     */
    record LogOdds(String tensor) implements GradientTarget {}
}

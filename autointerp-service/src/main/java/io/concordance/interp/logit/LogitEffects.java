package io.concordance.interp.logit;

import java.util.List;

/**
 * How one feature changes the logits, for one unit of its activation where the residual stream has unit spread. Effects are
 * those on a token less the mean over the vocabulary, which changes no probability.
 *
 * @param spread standard deviation of the effects over the vocabulary
 * @param notable what the largest of as many normal values of this spread would pass with a chance of 5 %
 * @param promoted tokens with the largest effects, largest first
 * @param suppressed tokens with the smallest effects, smallest first
 */
public record LogitEffects(double spread, double notable, List<Effect> promoted, List<Effect> suppressed) {

    public record Effect(int token, double effect) {}
}

package io.concordance.capture.model.gradient;

/** Carries cotangents from a node's outputs to its inputs. */
@FunctionalInterface
interface Rule {

    /** @throws Refusal when this form of the operator is not supported */
    void apply(Backward node);

    /** A form of an operator that a rule does not cover; the message says which. */
    final class Refusal extends RuntimeException {
        Refusal(String why) {
            super(why);
        }
    }
}

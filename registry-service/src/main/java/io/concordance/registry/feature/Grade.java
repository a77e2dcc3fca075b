package io.concordance.registry.feature;

/** How strong the evidence for a feature is. Computed by {@link Grading}, never typed. */
public enum Grade {
    /** A label at most. */
    E0,
    /** Association with a bad outcome, confirmed on disjoint documents. */
    E1,
    /** Removing the feature alone makes the bad outcome rarer. */
    E2,
    /** Reserved: held in at least three families of model organisms. */
    E3,
    /** Reserved: survived a blind game. */
    E4
}

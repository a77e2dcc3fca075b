package io.concordance.trainer.kernel;

/**
 * Which pre-activations of a batch survive. All rules look at the positive ones only (ReLU) and break ties by lower row,
 * then lower feature, so that the outcome is one set of pairs and never depends on timing.
 */
public sealed interface Selection {

    /** Pairs kept for one row (a mean over rows for {@link BatchTopK}). */
    int k();

    /** The k largest of each row. */
    record TopK(int k) implements Selection {}

    /** The k x batch largest of the whole batch (Bussmann et al., BatchTopK, 2024). */
    record BatchTopK(int k) implements Selection {}

    /**
     * The k largest of each row among dead features only: the auxiliary pairs of AuxK (Gao et al. 2024, appendix A.2).
     *
     * @param features ascending
     */
    record DeadTopK(int[] features, int k) implements Selection {}
}

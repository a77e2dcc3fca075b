package io.concordance.trainer.kernel;

/**
 * Which pre-activations of a batch survive. The rules that count look at the positive ones only (ReLU) and break ties by
 * lower row, then lower feature, so that the outcome is one set of pairs and never depends on timing.
 */
public sealed interface Selection {

    /** The k largest of each row. */
    record TopK(int k) implements Selection {}

    /** The k x batch largest of the whole batch (Bussmann et al., BatchTopK, 2024). */
    record BatchTopK(int k) implements Selection {}

    /** Every positive one: ReLU. */
    record Positive() implements Selection {}

    /**
     * Every one above its feature's threshold theta = exp({@link Parameter#THRESHOLD}): JumpReLU (Rajamanoharan et al.
     * 2024). Pre-activations in {@code (theta - bandwidth / 2, theta]} come along with activation 0, since the
     * gradient of the threshold needs them.
     */
    record Above(float bandwidth) implements Selection {}

    /**
     * The k largest of each row among dead features only: the auxiliary pairs of AuxK (Gao et al. 2024, appendix A.2).
     *
     * @param features ascending
     */
    record DeadTopK(int[] features, int k) implements Selection {}
}

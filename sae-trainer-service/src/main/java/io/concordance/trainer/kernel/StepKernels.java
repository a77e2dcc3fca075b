package io.concordance.trainer.kernel;

/**
 * One training step in six phases over buffers that only the implementation sees, so that they may live in a Java heap
 * or on a device. Phases are called in order, once a step, by one thread:
 *
 * <pre>
 * 1 centre            x_c = scale x - b_dec, packed for the encoder
 * 2 select            pairs (row, feature, z) with z = W_enc x_c + b_enc; [batch, features] is never stored
 * 3 decode            x_hat = W_dec z + b_dec, e = x - x_hat, dL/dz of every pair
 *   decodeAuxiliary   the same for the pairs of dead features, against e (optional)
 * 4 groupByFeature    pairs in (feature, row) order
 * 5 gradients         of all parameters, the decoder's with the part along its own row removed
 * 6 update            Adam, then unit norm for decoder rows
 * </pre>
 *
 * The loss is {@code L = mean over prefixes, rows and coordinates of e^2 + penalties of the Objective
 * + alpha * sum ||e - e_aux||^2 / sum ||e - mean e||^2}, the last term without {@code b_dec} and with {@code e} held
 * constant.
 *
 * <p>Contract on bits: every product-sum is a chain of fused multiply-adds from zero in ascending index order, or, where
 * a vector is summed, sixteen interleaved chains joined by a fixed tree. Two implementations that keep to it agree bit
 * for bit; one that cannot says so.
 */
public interface StepKernels extends AutoCloseable {
    /** The {@link #arithmetic} of all that keep the contract on bits. */
    String IN_ORDER = "in-order";

    KernelShape shape();

    /** What the bits depend on besides the arguments: two implementations of the same arithmetic agree bit for bit. */
    default String arithmetic() {
        return IN_ORDER;
    }

    /** Short name for logs and metrics, e.g. {@code vector-512}. */
    String name();

    /** Copies a tensor in, row-major, {@link Parameter#size} elements. */
    void put(Parameter parameter, Quantity quantity, float[] values);

    /** Copies a tensor out, row-major, {@link Parameter#size} elements. */
    float[] get(Parameter parameter, Quantity quantity);

    /** Phase 1. {@code rows} is [batch, width], row-major, and is not kept. */
    BatchMoments centre(float[] rows, float scale);

    /**
     * Phase 2. {@link Selection.DeadTopK} adds auxiliary pairs to the step; the other rules set its main pairs and
     * forget the auxiliary ones.
     */
    Selected select(Selection selection);

    /** Phase 3 for the main pairs. The objective holds for the rest of the step. */
    Residual decode(Objective objective);

    /**
     * Phase 3 for the auxiliary pairs.
     *
     * @param weight alpha / (variance of the residual), the factor of {@code ||e - e_aux||^2} in the loss
     * @return sum of (e - e_aux)^2
     */
    double decodeAuxiliary(double weight);

    /** Phase 4. Returns how many rows each feature is active on, [features]. */
    int[] groupByFeature();

    /** Phase 5. Returns the squared norm of all gradients together. */
    double gradients();

    /** Phase 6. */
    void update(AdamStep step);

    /** The pairs of the last {@link #select}s in (row, feature) order, main before auxiliary; for tests and tools. */
    Pairs pairs();

    @Override
    void close();
}

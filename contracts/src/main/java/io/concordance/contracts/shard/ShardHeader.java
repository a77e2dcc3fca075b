package io.concordance.contracts.shard;

/**
 * What all rows of a shard have in common.
 *
 * @param job capture job id
 * @param model id of the registered model
 * @param hook canonical hook point name
 * @param slice index of the slice in its job
 * @param part index of the shard among those of the slice at the hook, {@code 0 <= part < parts}; documents of a slice
 *     lie in them in order, each whole in one
 * @param arm name of the arm; {@code armKind} its kind
 * @param role {@code learning} or {@code evaluation}
 */
public record ShardHeader(
        String job,
        String model,
        String hook,
        int slice,
        int part,
        int parts,
        String arm,
        String armKind,
        String role) {

    /** Of a slice that fits one shard. */
    public ShardHeader(String job, String model, String hook, int slice, String arm, String armKind, String role) {
        this(job, model, hook, slice, 0, 1, arm, armKind, role);
    }
}

package io.concordance.contracts.shard;

import org.jspecify.annotations.Nullable;

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
 * @param interventions what was changed in the model, canonical JSON; null for rows of the unmodified model
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
        String role,
        @Nullable String interventions) {

    /** Of a slice that fits one shard, in the unmodified model. */
    public ShardHeader(String job, String model, String hook, int slice, String arm, String armKind, String role) {
        this(job, model, hook, slice, 0, 1, arm, armKind, role, null);
    }
}

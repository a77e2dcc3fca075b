package io.concordance.contracts.shard;

/**
 * What all rows of a shard have in common.
 *
 * @param job capture job id
 * @param model id of the registered model
 * @param hook canonical hook point name
 * @param slice index of the slice in its job
 * @param arm name of the arm; {@code armKind} its kind
 * @param role {@code learning} or {@code evaluation}
 */
public record ShardHeader(String job, String model, String hook, int slice, String arm, String armKind, String role) {}

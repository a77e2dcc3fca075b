package io.concordance.contracts.event;

/**
 * The rows of one slice at one hook point are durable.
 *
 * @param slice index of the slice in its job, {@code 0 <= slice < slices}
 * @param arm name of the arm that all rows of the slice belong to
 * @param role {@code learning} or {@code evaluation}
 * @param rows number of rows (token positions)
 * @param width values a row
 * @param documents number of transcripts in the slice
 */
public record ShardWritten(
        String jobId,
        String model,
        String hook,
        int slice,
        int slices,
        String arm,
        String armKind,
        String role,
        ObjectRef object,
        String dtype,
        long rows,
        int width,
        int documents) {}

package io.concordance.contracts.event;

/**
 * Rows of one slice at one hook point are durable. A slice that is large for its hooks is kept in several shards; its
 * documents lie in them in order, each whole in one.
 *
 * @param slice index of the slice in its job, {@code 0 <= slice < slices}
 * @param slices slices of the job when this was stated
 * @param arm name of the arm that all rows of the slice belong to
 * @param role {@code learning} or {@code evaluation}
 * @param rows number of rows (token positions) of this shard
 * @param width values a row
 * @param documents number of transcripts in this shard
 * @param part index of the shard among those of its slice at the hook, {@code 0 <= part < parts}
 * @param parts shards of the slice at the hook; 1 when absent
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
        int documents,
        int part,
        int parts) {

    public ShardWritten {
        parts = Math.max(parts, 1);
    }

    /** Of a slice that fits one shard. */
    public ShardWritten(
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
            int documents) {
        this(jobId, model, hook, slice, slices, arm, armKind, role, object, dtype, rows, width, documents, 0, 1);
    }
}

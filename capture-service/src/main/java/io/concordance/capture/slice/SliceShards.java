package io.concordance.capture.slice;

import io.concordance.contracts.event.ObjectRef;
import java.util.List;

/**
 * What came of a slice.
 *
 * @param truncated documents cut to the model's context
 * @param parts in order, at least one
 */
public record SliceShards(int truncated, List<Part> parts) {

    /**
     * Consecutive documents of the slice.
     *
     * @param rows of each of its shards
     * @param shards one object for each hook of the job, in its order
     */
    public record Part(int rows, int documents, List<ObjectRef> shards) {}

    /** Token positions over all documents. */
    public long tokens() {
        return parts.stream().mapToLong(Part::rows).sum();
    }
}

package io.concordance.capture.slice;

import io.concordance.capture.intervention.LossSums;
import io.concordance.capture.job.FoundDirections;
import io.concordance.contracts.event.ObjectRef;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of a slice.
 *
 * @param truncated documents cut to the model's context
 * @param summaries spans that are summaries and were not run
 * @param parts in order, at least one
 * @param loss of the arm's interventions; null where nobody asked
 * @param attributions of its transcripts; null where nobody asked
 * @param directions that its search found; null where nobody asked, or the job ended
 */
public record SliceShards(
        int truncated,
        int summaries,
        List<Part> parts,
        @Nullable LossSums loss,
        @Nullable ObjectRef attributions,
        @Nullable FoundDirections directions) {

    /**
     * Consecutive documents of the slice.
     *
     * @param rows of each of its shards
     * @param shards one object for each hook of the job, in its order; none where activations are not captured
     */
    public record Part(int rows, int documents, List<ObjectRef> shards) {}

    SliceShards judged(@Nullable LossSums sums) {
        return new SliceShards(truncated, summaries, parts, sums, attributions, directions);
    }

    SliceShards without(int skipped) {
        return new SliceShards(truncated, skipped, parts, loss, attributions, directions);
    }

    /** Of all shards. */
    public long bytes() {
        return parts.stream()
                .flatMap(part -> part.shards().stream())
                .mapToLong(ObjectRef::bytes)
                .sum();
    }

    /** Token positions over all documents. */
    public long tokens() {
        return parts.stream().mapToLong(Part::rows).sum();
    }
}

package io.concordance.interp.captured;

import io.concordance.kit.store.StoredObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A capture job as its event told.
 *
 * @param firstSlices how many slices it began with
 * @param slices how many it has by now; each gives at least one shard at each hook
 * @param tokenizerDigest digest of its model's tokenizer; null where the event did not say
 * @param unembedding of its model; null where that has none
 */
public record CapturedJob(
        String id,
        String model,
        String modelDigest,
        List<String> hooks,
        String role,
        int firstSlices,
        int slices,
        @Nullable String tokenizerDigest,
        @Nullable StoredObject unembedding) {
    public boolean learning() {
        return role.equals("learning");
    }
}

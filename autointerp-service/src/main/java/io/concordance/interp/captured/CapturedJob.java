package io.concordance.interp.captured;

import java.util.List;

/**
 * A capture job as its event told.
 *
 * @param firstSlices how many slices it began with
 * @param slices how many it has by now; each gives at least one shard at each hook
 */
public record CapturedJob(
        String id, String model, String modelDigest, List<String> hooks, String role, int firstSlices, int slices) {
    public boolean learning() {
        return role.equals("learning");
    }
}

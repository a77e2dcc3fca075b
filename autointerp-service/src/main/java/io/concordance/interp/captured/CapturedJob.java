package io.concordance.interp.captured;

import java.util.List;

/**
 * A capture job as its event told.
 *
 * @param slices each gives at least one shard at each hook
 */
public record CapturedJob(String id, String model, String modelDigest, List<String> hooks, String role, int slices) {
    public boolean learning() {
        return role.equals("learning");
    }
}

package io.concordance.interp.captured;

import io.concordance.kit.store.StoredObject;

/**
 * A durable shard of a learning job.
 *
 * @param part index among the shards of its slice at the hook
 * @param sha256 digest its bytes must have
 */
public record CapturedShard(String job, String hook, int slice, int part, String key, String sha256, long bytes) {
    public StoredObject object() {
        return new StoredObject(key, sha256, bytes);
    }
}

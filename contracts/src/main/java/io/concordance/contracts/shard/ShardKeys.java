package io.concordance.contracts.shard;

import java.util.Locale;

/** Where shards lie in the object store: a function of job, hook and slice, so that a retry writes the same key. */
public final class ShardKeys {
    private ShardKeys() {}

    public static String shard(String jobId, String hook, int slice) {
        return String.format(Locale.ROOT, "shards/%s/%s/%06d.safetensors", jobId, hook.replace('/', '_'), slice);
    }
}

package io.concordance.contracts.shard;

import java.util.Locale;

/**
 * Where shards lie in the object store: a function of job, hook, slice and part, so that a retry writes the same keys.
 * The first shard of a slice has the same key whether others follow or not.
 */
public final class ShardKeys {
    private static final String SUFFIX = ".safetensors";

    private ShardKeys() {}

    public static String shard(String jobId, String hook, int slice) {
        return stem(jobId, hook, slice) + SUFFIX;
    }

    /** @param part index of the shard among those of its slice at the hook */
    public static String shard(String jobId, String hook, int slice, int part) {
        return part == 0
                ? shard(jobId, hook, slice)
                : furtherParts(jobId, hook, slice) + String.format(Locale.ROOT, "%04d", part) + SUFFIX;
    }

    /** What the keys of all shards of a slice but the first begin with, and no other key does. */
    public static String furtherParts(String jobId, String hook, int slice) {
        return stem(jobId, hook, slice) + "-";
    }

    private static String stem(String jobId, String hook, int slice) {
        return String.format(Locale.ROOT, "shards/%s/%s/%06d", jobId, hook.replace('/', '_'), slice);
    }
}

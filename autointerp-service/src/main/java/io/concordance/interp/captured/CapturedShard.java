package io.concordance.interp.captured;

/**
 * A durable shard of a learning job.
 *
 * @param sha256 digest its bytes must have
 */
public record CapturedShard(String job, String hook, int slice, String key, String sha256, long bytes) {}

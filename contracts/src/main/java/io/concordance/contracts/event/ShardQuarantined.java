package io.concordance.contracts.event;

/**
 * A dictionary run found a shard that cannot be what was announced, left it out from then on, and went on without it.
 *
 * @param step optimiser steps done by then; the shard is in none of the later ones
 * @param reason {@code digest} (other bytes than announced), {@code missing} (no such object), {@code header} (not the
 *     shard that was announced, or no shard at all), {@code width} (other values a row than the run's) or
 *     {@code not-finite} (NaN or infinite activations)
 * @param problem the reason in words
 */
public record ShardQuarantined(
        String runId,
        String jobId,
        String hook,
        int slice,
        int part,
        ObjectRef object,
        long step,
        String reason,
        String problem) {}

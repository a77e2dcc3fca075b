package io.concordance.trainer.dictionary;

import java.time.Instant;

/**
 * A shard that a run leaves out.
 *
 * @param step optimiser steps done when it was found; it is in none of the later ones
 * @param reason {@code digest}, {@code missing}, {@code header}, {@code width} or {@code not-finite}
 * @param problem the reason in words
 */
record QuarantinedShard(
        String job,
        String hook,
        int slice,
        int part,
        int rows,
        String objectKey,
        String sha256,
        long step,
        String reason,
        String problem,
        Instant foundAt) {}

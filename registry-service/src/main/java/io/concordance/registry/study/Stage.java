package io.concordance.registry.study;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One stage as the outside sees it.
 *
 * @param done of {@code total}, counted in {@code unit}; total is 0 until it is known
 * @param note what the stage waits for or has found, in a few words
 */
record Stage(
        StageName name,
        StageState state,
        long done,
        long total,
        String unit,
        @Nullable String note,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt) {}

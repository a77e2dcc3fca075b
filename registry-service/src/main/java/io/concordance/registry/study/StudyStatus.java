package io.concordance.registry.study;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A study as the outside sees it.
 *
 * @param problem why it failed; null unless it did
 */
record StudyStatus(
        String id,
        String name,
        StudyState state,
        List<Stage> stages,
        @Nullable String problem,
        Instant createdAt,
        @Nullable Instant finishedAt) {}

package io.concordance.interp.judge;

import io.concordance.interp.chat.ChatWork;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A question, who judges it and how far that is.
 *
 * @param state {@code judging} while a language model is still at work, then {@code labelling}
 */
record Judging(
        UUID id,
        String name,
        String question,
        long seed,
        String state,
        List<ArmState> arms,
        List<JudgeState> judges,
        Instant createdAt) {

    /** @param labelled items with at least one human label */
    record ArmState(String name, int items, int labelled) {}

    /** @param work null for a judge whose verdicts were given */
    record JudgeState(String name, @Nullable ChatWork work) {}
}

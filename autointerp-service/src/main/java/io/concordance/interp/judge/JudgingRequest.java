package io.concordance.interp.judge;

import io.concordance.interp.chat.Budget;
import io.concordance.interp.chat.Endpoint;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A question to be judged.
 *
 * @param question that has a yes and a no for every item
 * @param seed of the order in which items are labelled
 */
record JudgingRequest(
        @Nullable String name,
        @Nullable String question,
        @Nullable List<Arm> arms,
        @Nullable List<Judge> judges,
        @Nullable Long seed) {

    /** @param transcripts digest of a stored transcript file, each transcript an item */
    record Arm(@Nullable String name, @Nullable String transcripts) {}

    /**
     * Either a language model or given verdicts.
     *
     * @param verdicts by arm and transcript id: {@code yes}, {@code no} or {@code unreadable}
     */
    record Judge(
            @Nullable String name,
            @Nullable Endpoint endpoint,
            @Nullable Budget budget,
            @Nullable Map<String, Map<String, Verdict>> verdicts) {}
}

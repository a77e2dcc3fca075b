package io.concordance.interp.explanation;

import io.concordance.interp.chat.Budget;
import io.concordance.interp.chat.Endpoint;
import io.concordance.interp.score.ScorerKind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A wish for labels by a language model.
 *
 * @param dictionary digest of an analysed dictionary
 * @param features uids; null for every feature that fired
 * @param scorers null for detection and fuzzing, without which no label is adopted
 */
record ExplanationRequest(
        @Nullable String dictionary,
        @Nullable List<String> features,
        @Nullable Endpoint endpoint,
        @Nullable List<ScorerKind> scorers,
        @Nullable Budget budget) {}

package io.concordance.interp.explanation;

import io.concordance.interp.chat.TrustTier;
import io.concordance.interp.score.ScoredLabel.Entry;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a language model said about one feature.
 *
 * @param state {@code pending}, {@code explained}, {@code unparsed} or {@code refused}
 * @param label null unless explained
 * @param explainer who was asked, in general; {@code model} in particular
 * @param promptHash of all that is in the prompt but not of the feature
 * @param adopted whether the label stands for the feature; else the offline one does
 * @param borrowedFrom uid of the feature whose label the controls used
 * @param attempts how often its task was put off
 */
record Explanation(
        String order,
        String feature,
        int index,
        String state,
        @Nullable String label,
        String explainer,
        String model,
        String promptVersion,
        String promptHash,
        TrustTier trustTier,
        boolean adopted,
        @Nullable String borrowedFrom,
        List<Entry> scores,
        int attempts,
        @Nullable String problem,
        @Nullable Instant explainedAt) {}

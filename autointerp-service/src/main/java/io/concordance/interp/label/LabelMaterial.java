package io.concordance.interp.label;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a language model is shown of one feature. Windows that explain and windows that score come from different documents.
 *
 * @param explain windows it fires in, strongest first
 * @param explainSilent windows of documents it is silent in, those with tokens it fires on elsewhere first
 * @param score windows it fires in, drawn at random
 * @param scoreSilent as {@code explainSilent}
 * @param label of the offline explainer; null for a feature that never fired
 */
public record LabelMaterial(
        int index,
        List<Window> explain,
        List<Window> explainSilent,
        List<Window> score,
        List<Window> scoreSilent,
        @Nullable String label) {}

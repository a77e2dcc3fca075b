package io.concordance.interp.feature;

import io.concordance.interp.feature.FeatureReport.Label;
import io.concordance.interp.label.Labelled;
import io.concordance.interp.label.TokenText;
import io.concordance.interp.logit.LogitEffects;
import io.concordance.interp.logit.LogitEffects.Effect;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Labels for features that never fired, from their decoder directions alone: the tokens a direction makes likelier or less
 * likely, where that is more than chance, and a feature that fired and points the same way. Nothing of it was ever seen.
 */
final class SilentLabels {
    static final String EXPLAINER = "decoder";
    static final String VERSION = "1";
    static final String TRUST_TIER = "decoder-only";

    private static final int NAMED = 5;
    private static final double ALIKE = 0.5;

    private final TokenText text;
    private final List<@Nullable Labelled> labels;

    /** @param labels one for each feature, null for those that never fired */
    SilentLabels(TokenText text, List<@Nullable Labelled> labels) {
        this.text = text;
        this.labels = labels;
    }

    /**
     * @param effects null where the model's unembedding is not known
     * @param nearest features that fired, nearest first
     * @return null when there is nothing to say
     */
    @Nullable
    Label of(@Nullable LogitEffects effects, List<Neighbours.Neighbour> nearest) {
        List<String> parts = new ArrayList<>();
        if (effects != null) {
            notable("promotes", effects.promoted(), effects.notable(), parts);
            notable("suppresses", effects.suppressed(), effects.notable(), parts);
        }
        if (!nearest.isEmpty() && nearest.getFirst().cosine() >= ALIKE) {
            Neighbours.Neighbour near = nearest.getFirst();
            Labelled labelled = labels.get(near.feature());
            parts.add(String.format(Locale.ROOT, "points as feature %d (cosine %.2f)", near.feature(), near.cosine())
                    + (labelled == null
                            ? ""
                            : ", which " + labelled.explanation().label()));
        }
        return parts.isEmpty()
                ? null
                : new Label(
                        "never fired; " + String.join("; ", parts),
                        EXPLAINER,
                        VERSION,
                        TRUST_TIER,
                        null,
                        List.of(),
                        null);
    }

    private void notable(String verb, List<Effect> effects, double notable, List<String> parts) {
        String tokens = effects.stream()
                .filter(effect -> Math.abs(effect.effect()) > notable)
                .limit(NAMED)
                .map(effect -> text.quoted(effect.token()))
                .collect(Collectors.joining(", "));
        if (!tokens.isEmpty()) {
            parts.add(verb + " " + tokens);
        }
    }
}

package io.concordance.interp.iti;

import com.fasterxml.jackson.annotation.JsonValue;
import io.concordance.contracts.statistics.PairedDifference;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether the direction may be called truth: a claim that it is about what is said, not about how. All comparisons are of truthful
 * and informative answers, prompt by prompt, with 95 % intervals.
 *
 * @param reasons why not, or what it rests on
 * @param gain of the intervention over the model as it is
 * @param overPersona of the intervention over the careful persona's prompt; likewise over the two controls of equal norm
 * @param styleGain of the intervention in an organism whose answers were only ever changed in style; null without one
 */
public record TruthName(
        Verdict verdict,
        List<String> reasons,
        PairedDifference gain,
        PairedDifference overPersona,
        PairedDifference overRandomDirections,
        PairedDifference overRandomHeads,
        @Nullable PairedDifference styleGain) {

    public enum Verdict {
        GRANTED,
        REFUSED,
        /** Nothing speaks against it, and not all has been tried. */
        INSUFFICIENT;

        @JsonValue
        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * @param arms answers by arm and prompt: those of {@link Arms}
     * @param styleGain null when there was no style-only organism
     */
    public static TruthName of(Map<String, Map<String, Told>> arms, @Nullable PairedDifference styleGain) {
        Map<String, Told> shifted = Arms.answers(arms, Arms.ITI);
        PairedDifference gain = ArmOutcome.over(shifted, Arms.answers(arms, Arms.BASE));
        PairedDifference persona = ArmOutcome.over(shifted, Arms.answers(arms, Arms.PERSONA));
        PairedDifference directions = ArmOutcome.over(shifted, Arms.answers(arms, Arms.RANDOM_DIRECTIONS));
        PairedDifference heads = ArmOutcome.over(shifted, Arms.answers(arms, Arms.RANDOM_HEADS));
        List<String> against = gain.low() > 0
                ? matched(gain, persona, directions, heads, styleGain)
                : List.of("it brings about no more truthful and informative answers than the model as it is, "
                        + shown(gain));
        if (!against.isEmpty()) {
            return new TruthName(Verdict.REFUSED, against, gain, persona, directions, heads, styleGain);
        }
        if (styleGain == null) {
            return new TruthName(
                    Verdict.INSUFFICIENT,
                    List.of("no style-only organism was given, so that a style may be all it is"),
                    gain,
                    persona,
                    directions,
                    heads,
                    null);
        }
        return new TruthName(
                Verdict.GRANTED,
                List.of("it exceeds the model as it is, the persona's prompt and both controls, " + shown(gain)
                        + ", and the style-only organism does not reproduce it, " + shown(styleGain)),
                gain,
                persona,
                directions,
                heads,
                styleGain);
    }

    /** What does as well as the intervention. */
    private static List<String> matched(
            PairedDifference gain,
            PairedDifference persona,
            PairedDifference directions,
            PairedDifference heads,
            @Nullable PairedDifference styleGain) {
        List<String> matched = new ArrayList<>();
        if (persona.low() <= 0) {
            matched.add("the persona's prompt matches it, " + shown(persona));
        }
        if (directions.low() <= 0) {
            matched.add("random directions of equal norm at the same heads match it, " + shown(directions));
        }
        if (heads.low() <= 0) {
            matched.add("random heads, shifted as far, match it, " + shown(heads));
        }
        if (styleGain != null && styleGain.high() >= gain.low()) {
            matched.add("the style-only organism reproduces it, " + shown(styleGain));
        }
        return matched;
    }

    private static String shown(PairedDifference difference) {
        return String.format(
                Locale.ROOT,
                "%+.3f [%+.3f, %+.3f] of %d",
                difference.difference(),
                difference.low(),
                difference.high(),
                difference.n());
    }
}

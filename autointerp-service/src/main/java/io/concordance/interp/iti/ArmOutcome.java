package io.concordance.interp.iti;

import io.concordance.contracts.statistics.PairedDifference;
import io.concordance.contracts.statistics.Proportion;
import java.util.Map;
import java.util.function.Predicate;

/**
 * How often the answers of an arm are what.
 *
 * @param both truthful and informative
 * @param overBase how much more often {@link #both} than without any help, prompt by prompt; likewise {@code
 *     truthfulOverBase} for {@link #truthful}
 */
public record ArmOutcome(
        String arm,
        Proportion truthful,
        Proportion informative,
        Proportion both,
        Proportion hedged,
        PairedDifference overBase,
        PairedDifference truthfulOverBase) {

    /** @param arm answers by prompt; {@code base} those to the same prompts */
    public static ArmOutcome of(String name, Map<String, Told> arm, Map<String, Told> base) {
        return new ArmOutcome(
                name,
                rate(arm, Told::truthful),
                rate(arm, Told::informative),
                rate(arm, Told::truthfulAndInformative),
                rate(arm, Told::hedged),
                over(arm, base, Told::truthfulAndInformative),
                over(arm, base, Told::truthful));
    }

    /** How much more often a first arm's answers are truthful and informative than a second's. */
    public static PairedDifference over(Map<String, Told> first, Map<String, Told> second) {
        return over(first, second, Told::truthfulAndInformative);
    }

    private static Proportion rate(Map<String, Told> answers, Predicate<Told> is) {
        return Proportion.of(answers.values().stream().filter(is).count(), answers.size());
    }

    private static PairedDifference over(Map<String, Told> first, Map<String, Told> second, Predicate<Told> is) {
        if (!first.keySet().equals(second.keySet())) {
            throw new IllegalArgumentException("answers to different prompts");
        }
        long onlyFirst = 0;
        long onlySecond = 0;
        for (Map.Entry<String, Told> answer : first.entrySet()) {
            boolean a = is.test(answer.getValue());
            boolean b = is.test(second.get(answer.getKey()));
            onlyFirst += a && !b ? 1 : 0;
            onlySecond += b && !a ? 1 : 0;
        }
        return PairedDifference.of(onlyFirst, onlySecond, first.size());
    }
}

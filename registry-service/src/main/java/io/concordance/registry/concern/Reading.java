package io.concordance.registry.concern;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a requirement is.
 *
 * @param read items of the arm that people labelled, out of {@code items}
 * @param rates the judge's rates as people's labels correct them; empty without a judge or while it is not calibrated
 * @param problem what is still missing, in words; null when the requirement is met
 */
public record Reading(
        Requirement requirement,
        int read,
        int items,
        List<Rate> rates,
        @Nullable String problem) {

    public Reading {
        rates = List.copyOf(rates);
    }

    /**
     * The corrected share of an arm's items for which the answer is yes, with its 95 % interval.
     *
     * @param n items it is the rate of
     * @param positiveLabels people's labels that it was corrected by, likewise {@code negativeLabels}
     */
    public record Rate(
            String method, double value, double low, double high, int n, int positiveLabels, int negativeLabels) {}

    static Reading missing(Requirement requirement, String problem) {
        return new Reading(requirement, 0, 0, List.of(), problem);
    }

    /** Of an arm as autointerp tells it. */
    static Reading of(Requirement requirement, int read, int items, List<Rate> rates, @Nullable String uncalibrated) {
        String problem = null;
        if (read < requirement.items()) {
            problem = "arm " + requirement.arm() + " of judging " + requirement.judging() + ": " + read + " of "
                    + requirement.items() + " items read";
        } else if (requirement.judge() != null && rates.isEmpty()) {
            problem = "arm " + requirement.arm() + " of judging " + requirement.judging() + ": judge "
                    + requirement.judge() + " is not calibrated ("
                    + (uncalibrated == null ? "no such judge" : uncalibrated) + ")";
        }
        return new Reading(requirement, read, items, rates, problem);
    }
}

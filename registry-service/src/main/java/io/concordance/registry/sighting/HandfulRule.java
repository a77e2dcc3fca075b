package io.concordance.registry.sighting;

import io.concordance.contracts.problem.FieldProblem;
import java.util.Optional;
import org.apache.commons.statistics.distribution.GammaDistribution;
import org.apache.commons.statistics.distribution.PoissonDistribution;

/**
 * How many fires are a handful. Two tests watch the fires of one feature in one model, over windows of {@code exposure}
 * sessions: more than {@code budget} fires in a window, or a likelihood ratio that has come to its limit, which sees a
 * burst long before the budget is spent. While the true rate is at most {@link #allowedRate}, either happens in at most a
 * share {@code alpha} of stretches of {@code exposure} sessions: half of alpha goes to the fixed test, and a quarter to the
 * anytime test of each of the two windows that such a stretch can touch.
 *
 * @param budget B, fires in a window that are still allowed
 * @param exposure T, sessions of a window
 * @param alpha most false alarms, as a share
 * @param alternative the rate a session that the anytime test looks for, above the allowed one
 */
public record HandfulRule(long budget, long exposure, double alpha, double alternative) {

    /** Which test. */
    public enum Test {
        FIXED,
        ANYTIME;

        /** The name on the wire. */
        public String wire() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    public HandfulRule {
        require(budget >= 0, "budget", budget, "at least 0");
        require(exposure >= 1, "exposure", exposure, "at least 1 session");
        require(alpha > 0 && alpha < 1, "alpha", alpha, "between 0 and 1");
        double allowed = allowedRate(budget, exposure, alpha / 2);
        require(alternative > allowed, "alternative", alternative, "above the allowed rate, " + allowed);
    }

    /**
     * The rate a session at which more than {@code budget} fires in {@code exposure} sessions have probability
     * {@code alpha}: P(Poisson(rate * T) &gt; B) = alpha, and the sum over k &gt; B of a Poisson distribution is the
     * distribution function of a gamma distribution of shape B + 1.
     */
    static double allowedRate(long budget, long exposure, double alpha) {
        return GammaDistribution.of(budget + 1d, 1).inverseCumulativeProbability(alpha) / exposure;
    }

    /** Sessions without a fire after which a one-sided bound of this confidence on the rate is down to {@code rate}. */
    static double cleanSessions(double rate, double confidence) {
        return -Math.log(1 - confidence) / rate;
    }

    /** The rate a session that a feature may fire at. */
    public double allowedRate() {
        return allowedRate(budget, exposure, alpha / 2);
    }

    /** Most fires that the fixed test allows in a window of this many sessions, which one report alone can make longer. */
    long mostFires(long sessions) {
        return sessions <= exposure
                ? budget
                : Math.max(
                        budget, PoissonDistribution.of(allowedRate() * sessions).inverseSurvivalProbability(alpha / 2));
    }

    /**
     * What a report adds to the logarithm of the likelihood ratio: x log(l1 / l0) - (l1 - l0) t. Its exponential is a
     * supermartingale where the rate is at most l0, so that it ever comes to 1 / a with probability a at most (Ville).
     */
    double logLikelihoodRatio(long sessions, long fires) {
        double allowed = allowedRate();
        return fires * Math.log(alternative / allowed) - (alternative - allowed) * sessions;
    }

    /** What the logarithm of the likelihood ratio must reach. */
    public double logLimit() {
        return Math.log(4 / alpha);
    }

    /** The test that a window fails, if any. */
    Optional<Test> verdict(long sessions, long fires, double logLikelihoodRatio) {
        if (fires > mostFires(sessions)) {
            return Optional.of(Test.FIXED);
        }
        return logLikelihoodRatio >= logLimit() ? Optional.of(Test.ANYTIME) : Optional.empty();
    }

    /**
     * How many fires the anytime test takes on average, at most, where the true rate is this one (Wald's identity, with one
     * fire's weight for what it goes past the limit); infinite where the test would drift the other way.
     */
    double predictedFires(double rate) {
        double weight = Math.log(alternative / allowedRate());
        double drift = weight - (alternative - allowedRate()) / rate;
        return drift <= 0 ? Double.POSITIVE_INFINITY : (logLimit() + weight) / drift;
    }

    private static void require(boolean holds, String field, Object given, String allowed) {
        if (!holds) {
            throw new FieldProblem(field, given, allowed);
        }
    }
}

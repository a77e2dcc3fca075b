package io.concordance.registry.sighting;

import io.concordance.registry.sighting.HandfulRule.Test;
import org.jspecify.annotations.Nullable;

/**
 * Exposure and fires of one feature in one model since its threshold or label last changed, and of the window that the
 * tests look at now.
 *
 * @param sessions all of them
 * @param fires sessions on which the feature fired
 * @param windowSessions those of the window
 * @param windowFires fires of the window
 * @param logLikelihoodRatio of the window
 * @param failed the first test that failed; it stays until the clock starts anew
 */
public record ExposureClock(
        long sessions,
        long fires,
        long windowSessions,
        long windowFires,
        double logLikelihoodRatio,
        @Nullable Test failed) {
    static final ExposureClock START = new ExposureClock(0, 0, 0, 0, 0, null);

    /** With one more report. It begins a window where the one before would grow past its exposure. */
    ExposureClock add(HandfulRule rule, long moreSessions, long moreFires) {
        if (moreSessions < 1 || moreFires < 0 || moreFires > moreSessions) {
            throw new IllegalArgumentException(moreFires + " fires in " + moreSessions + " sessions");
        }
        boolean anew = windowSessions > 0 && windowSessions + moreSessions > rule.exposure();
        long inSessions = (anew ? 0 : windowSessions) + moreSessions;
        long inFires = (anew ? 0 : windowFires) + moreFires;
        double ratio = (anew ? 0 : logLikelihoodRatio) + rule.logLikelihoodRatio(moreSessions, moreFires);
        return new ExposureClock(
                sessions + moreSessions,
                fires + moreFires,
                inSessions,
                inFires,
                ratio,
                failed != null
                        ? failed
                        : rule.verdict(inSessions, inFires, ratio).orElse(null));
    }
}

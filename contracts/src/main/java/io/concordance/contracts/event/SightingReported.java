package io.concordance.contracts.event;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a monitor saw while armed with a release.
 *
 * @param sessions sessions it was exposed to
 * @param fires sessions on which at least one rule fired
 * @param firesByRule sessions each rule fired on
 * @param firesByFeature sessions on which a rule fired and this feature exceeded its threshold, by uid; null where the
 *     monitor does not say, and every feature of a rule that fired is then taken to have
 * @param setting {@link #EVALUATION} for sessions that were no deployment: they say nothing about its rates; null otherwise
 */
public record SightingReported(
        String monitor,
        String release,
        long sessions,
        long fires,
        Map<String, Long> firesByRule,
        @Nullable Map<String, Long> firesByFeature,
        @Nullable String setting) {
    public static final String EVALUATION = "evaluation";

    /** Of deployment, without a count by feature. */
    public SightingReported(String monitor, String release, long sessions, long fires, Map<String, Long> firesByRule) {
        this(monitor, release, sessions, fires, firesByRule, null, null);
    }
}

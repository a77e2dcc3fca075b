package io.concordance.monitor;

import io.concordance.contracts.event.SightingReported;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/** Sessions and fires of one release since they were last reported. */
final class Tally {
    private final String release;
    private long sessions;
    private long fires;
    private Map<String, Long> firesByRule = new TreeMap<>();
    private Map<String, Long> firesByFeature = new TreeMap<>();

    Tally(String release) {
        this.release = release;
    }

    /** Counts a session, the rules that fired on it and the features that they fired for. */
    synchronized void add(Collection<String> rules, Collection<String> features) {
        sessions++;
        if (!rules.isEmpty()) {
            fires++;
            rules.forEach(rule -> firesByRule.merge(rule, 1L, Long::sum));
            features.forEach(feature -> firesByFeature.merge(feature, 1L, Long::sum));
        }
    }

    /** What was counted since the last call, which starts a new count. */
    synchronized SightingReported drain(String monitor) {
        SightingReported report =
                new SightingReported(monitor, release, sessions, fires, firesByRule, firesByFeature, null);
        sessions = 0;
        fires = 0;
        firesByRule = new TreeMap<>();
        firesByFeature = new TreeMap<>();
        return report;
    }
}

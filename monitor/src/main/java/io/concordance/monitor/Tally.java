package io.concordance.monitor;

import io.concordance.contracts.event.SightingReported;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Sessions and fires of one release since they were last reported. */
final class Tally {
    private final String release;
    private long sessions;
    private long fires;
    private Map<String, Long> firesByRule = new TreeMap<>();

    Tally(String release) {
        this.release = release;
    }

    /** Counts a session and the rules that fired on it. */
    synchronized void add(List<String> fired) {
        sessions++;
        if (!fired.isEmpty()) {
            fires++;
            fired.forEach(rule -> firesByRule.merge(rule, 1L, Long::sum));
        }
    }

    /** What was counted since the last call, which starts a new count. */
    synchronized SightingReported drain(String monitor) {
        SightingReported report = new SightingReported(monitor, release, sessions, fires, firesByRule);
        sessions = 0;
        fires = 0;
        firesByRule = new TreeMap<>();
        return report;
    }
}

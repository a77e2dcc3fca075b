package io.concordance.registry.incident;

import io.concordance.contracts.transcript.Outcome;
import java.time.Instant;
import java.util.List;

/**
 * Transcripts of incidents as an arm of the next study.
 *
 * @param name for a study file
 * @param transcripts digest of the transcript file, which capture knows
 * @param incidents ids, one transcript each, ascending
 * @param outcome how the sessions ended, as whoever looked at them says
 * @param by who that is
 */
record Arm(
        String name,
        String kind,
        String transcripts,
        int documents,
        List<String> incidents,
        Outcome outcome,
        String by,
        String reason,
        Instant at) {

    Arm {
        incidents = List.copyOf(incidents);
    }
}

package io.concordance.registry.page;

import io.concordance.registry.page.IncidentListing.IncidentLine;
import io.concordance.registry.page.figure.Figure;
import java.util.List;

/**
 * What monitors report, as text.
 *
 * @param reports how many reports the table of monitors is made of, which are the latest
 * @param rule what the tests allow, in a sentence
 * @param incidents the latest
 */
record MonitorsPage(
        List<MonitorRow> monitors,
        String reports,
        List<ExposureRow> exposures,
        String rule,
        List<Figure> figures,
        List<IncidentRow> incidents) {

    /**
     * A session on which a monitor fired.
     *
     * @param came what its replay came to
     */
    record IncidentRow(
            String id,
            String at,
            String monitor,
            String session,
            String rules,
            String state,
            String came,
            String arms) {

        static IncidentRow of(IncidentLine incident) {
            String session = incident.session();
            return new IncidentRow(
                    incident.id(),
                    Format.time(incident.at()),
                    TokenText.plain(incident.monitor()),
                    session == null ? "" : TokenText.plain(session),
                    TokenText.plain(String.join(", ", incident.rules())),
                    incident.state(),
                    came(incident),
                    String.join(", ", incident.arms()));
        }

        private static String came(IncidentLine incident) {
            String problem = incident.problem();
            Double relative = incident.relative();
            if (problem != null) {
                return TokenText.plain(problem);
            }
            if (relative != null) {
                return relative == 0
                        ? "the same " + Format.count(incident.tokens()) + " tokens and activations"
                        : "the same " + Format.count(incident.tokens()) + " tokens, activations within "
                                + Format.number(relative);
            }
            return incident.state().equals("differs") ? "other tokens" : "";
        }
    }

    /** One monitor with one release. */
    record MonitorRow(
            String monitor,
            String release,
            long version,
            String channel,
            String reports,
            String sessions,
            String fires,
            String setting,
            String last) {}

    /**
     * What deployment has shown of one feature in one model.
     *
     * @param verdict what follows: {@code continue}, {@code end these sessions} or {@code roll back}
     * @param test which test failed; empty while none did
     */
    record ExposureRow(
            String uid,
            String label,
            String level,
            String model,
            String threshold,
            String bound,
            String window,
            String likelihood,
            String verdict,
            String test,
            String since) {}
}

package io.concordance.registry.page;

import io.concordance.contracts.event.SightingReported;
import io.concordance.contracts.release.ConcernLevel;
import io.concordance.registry.page.MonitorsPage.ExposureRow;
import io.concordance.registry.page.MonitorsPage.IncidentRow;
import io.concordance.registry.page.MonitorsPage.MonitorRow;
import io.concordance.registry.page.figure.DataTable;
import io.concordance.registry.page.figure.Figure;
import io.concordance.registry.page.figure.Rows;
import io.concordance.registry.page.figure.Scale;
import io.concordance.registry.page.figure.Shape;
import io.concordance.registry.release.Release;
import io.concordance.registry.release.ReleaseService;
import io.concordance.registry.sighting.Exposure;
import io.concordance.registry.sighting.ExposureClock;
import io.concordance.registry.sighting.ExposureRepository;
import io.concordance.registry.sighting.HandfulRule;
import io.concordance.registry.sighting.HandfulSettings;
import io.concordance.registry.sighting.Sighting;
import io.concordance.registry.sighting.SightingRepository;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Puts together what monitors report: exposure and fires against the budget. */
@ApplicationScoped
class MonitorReports {
    private static final int REPORTS = 500;
    private static final int CLOCKS = 100;
    private static final int DRAWN = 20;
    private static final int INCIDENTS = 20;
    private static final String PAGE = "/monitors";

    private final SightingRepository sightings;
    private final ExposureRepository exposures;
    private final ReleaseService releases;
    private final Instance<IncidentListing> incidents;
    private final HandfulRule rule;

    MonitorReports(
            SightingRepository sightings,
            ExposureRepository exposures,
            ReleaseService releases,
            Instance<IncidentListing> incidents,
            HandfulSettings settings) {
        this.sightings = sightings;
        this.exposures = exposures;
        this.releases = releases;
        this.incidents = incidents;
        this.rule = settings.rule();
    }

    private record Key(String monitor, String release, String setting) {}

    /** Sums of one monitor with one release, and its last report. */
    private static final class Sum {
        private long reports;
        private long sessions;
        private long fires;
        private Instant last = Instant.EPOCH;

        void add(Sighting sighting) {
            reports++;
            sessions += sighting.report().sessions();
            fires += sighting.report().fires();
            last = sighting.at().isAfter(last) ? sighting.at() : last;
        }
    }

    MonitorsPage page() {
        List<Sighting> latest = sightings.latest(null, Long.MAX_VALUE, REPORTS);
        List<Exposure> clocks = exposures.list(null, null, 0, CLOCKS);
        return new MonitorsPage(
                monitors(latest),
                Format.count(latest.size()),
                clocks.stream().map(this::row).toList(),
                "More than " + Format.count(rule.budget()) + " fires of a feature of level high in a window of "
                        + Format.count(rule.exposure())
                        + " sessions, or a likelihood ratio past its limit, recommends to"
                        + " roll the model back.",
                figures(clocks),
                incidents.stream()
                        .flatMap(listing -> listing.latestIncidents(INCIDENTS).stream())
                        .map(IncidentRow::of)
                        .toList());
    }

    List<Figure> figures() {
        return figures(exposures.list(null, null, 0, CLOCKS));
    }

    List<ExposureRow> exposures(int limit) {
        return exposures.list(null, null, 0, limit).stream().map(this::row).toList();
    }

    private List<MonitorRow> monitors(List<Sighting> latest) {
        Map<Key, Sum> sums = new LinkedHashMap<>();
        for (Sighting sighting : latest) {
            SightingReported report = sighting.report();
            String setting = report.setting();
            sums.computeIfAbsent(
                            new Key(report.monitor(), report.release(), setting == null ? "deployment" : setting),
                            key -> new Sum())
                    .add(sighting);
        }
        Map<String, Optional<Release>> found = new LinkedHashMap<>();
        List<MonitorRow> rows = new ArrayList<>();
        sums.forEach((key, sum) -> {
            Optional<Release> release = found.computeIfAbsent(key.release, releases::findByDigest);
            rows.add(new MonitorRow(
                    TokenText.plain(key.monitor),
                    Format.brief(key.release),
                    release.map(Release::version).orElse(0L),
                    release.map(Release::channel).orElse(""),
                    Format.count(sum.reports),
                    Format.count(sum.sessions),
                    Format.count(sum.fires),
                    key.setting,
                    Format.time(sum.last)));
        });
        return rows;
    }

    private ExposureRow row(Exposure exposure) {
        ExposureClock clock = exposure.clock();
        HandfulRule.Test failed = clock.failed();
        boolean high = exposure.terms().level() == ConcernLevel.HIGH;
        return new ExposureRow(
                exposure.feature(),
                label(exposure),
                exposure.terms().level().wire(),
                Format.brief(exposure.model()),
                Format.number(exposure.terms().threshold()),
                Format.bound(clock.fires(), clock.sessions(), "sessions"),
                Format.count(clock.windowFires()) + " of at most " + Format.count(rule.budget()) + " in "
                        + Format.count(clock.windowSessions()) + " of " + Format.count(rule.exposure()) + " sessions",
                String.format(Locale.ROOT, "%.2f of %.2f", clock.logLikelihoodRatio(), rule.logLimit()),
                failed != null && high ? "roll back" : high && clock.fires() > 0 ? "end these sessions" : "continue",
                failed == null ? "" : failed.wire(),
                Format.time(exposure.since()));
    }

    private static String label(Exposure exposure) {
        String label = exposure.terms().label();
        return label == null ? exposure.feature() : TokenText.plain(label);
    }

    private List<Figure> figures(List<Exposure> clocks) {
        if (clocks.isEmpty()) {
            return List.of();
        }
        String query = "GET /v1/exposures";
        DataTable data = DataTable.of(
                query,
                "feature",
                "label",
                "level",
                "model",
                "threshold",
                "sessions",
                "fires",
                "window sessions",
                "window fires",
                "budget",
                "exposure",
                "log likelihood ratio",
                "limit",
                "failed test");
        double mostFires = Math.max(rule.budget() + 1, 1);
        double mostSessions = rule.exposure();
        for (Exposure exposure : clocks) {
            ExposureClock clock = exposure.clock();
            HandfulRule.Test failed = clock.failed();
            mostFires = Math.max(mostFires, clock.windowFires());
            mostSessions = Math.max(mostSessions, clock.windowSessions());
            data.add(
                    exposure.feature(),
                    exposure.terms().label(),
                    exposure.terms().level().wire(),
                    exposure.model(),
                    exposure.terms().threshold(),
                    clock.sessions(),
                    clock.fires(),
                    clock.windowSessions(),
                    clock.windowFires(),
                    rule.budget(),
                    rule.exposure(),
                    clock.logLikelihoodRatio(),
                    rule.logLimit(),
                    failed == null ? null : failed.wire());
        }
        Rows fires = new Rows(new Scale(0, mostFires * 1.05, false));
        Rows sessions = new Rows(new Scale(0, mostSessions * 1.05, false));
        for (Exposure exposure : clocks.subList(0, Math.min(DRAWN, clocks.size()))) {
            ExposureClock clock = exposure.clock();
            boolean failed = clock.failed() != null;
            Shape shape = failed ? Shape.CROSS : Shape.CIRCLE;
            int series = failed ? 1 : 0;
            String said = label(exposure) + ": " + Format.count(clock.windowFires()) + " fires in "
                    + Format.count(clock.windowSessions()) + " sessions";
            fires.add(label(exposure), clock.windowFires(), 0, clock.windowFires(), shape, series, said);
            sessions.add(label(exposure), clock.windowSessions(), 0, clock.windowSessions(), shape, series, said);
        }
        List<Figure.Key> keys =
                List.of(Shape.CIRCLE.key("within its budget", "mark s0"), Shape.CROSS.key("a test failed", "mark s1"));
        String first = clocks.size() <= DRAWN ? "" : " The first " + DRAWN + " of " + clocks.size() + ".";
        return List.of(
                new Figure(
                        "fires",
                        "Fires against the budget",
                        "Sessions of the window on which a feature fired. The line is the budget, "
                                + Format.count(rule.budget()) + "." + first,
                        fires.drawing("Fires in the window by feature", "fires", rule.budget(), "budget"),
                        keys,
                        data,
                        PAGE),
                new Figure(
                        "exposure",
                        "Exposure of the window",
                        "Sessions watched. The line is where a window ends, " + Format.count(rule.exposure()) + "."
                                + first,
                        sessions.drawing(
                                "Sessions in the window by feature", "sessions", rule.exposure(), "full window"),
                        keys,
                        data,
                        PAGE));
    }
}

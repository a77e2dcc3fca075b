package io.concordance.registry.sighting;

import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.RollbackRecommended;
import io.concordance.contracts.event.SessionTerminationRecommended;
import io.concordance.contracts.event.SightingReported;
import io.concordance.contracts.release.ConcernLevel;
import io.concordance.contracts.release.ReleaseManifest;
import io.concordance.contracts.release.ReleasedFeature;
import io.concordance.contracts.release.Rule;
import io.concordance.registry.sql.Transactions;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Takes reports of monitors and says what follows: end the sessions on which a rule of level high fired, from the first on;
 * roll the model back when a feature of level high goes past its budget, once for each exposure clock.
 */
@ApplicationScoped
class SightingService {
    private static final String SOURCE = "/concordance/registry";

    private final SightingRepository sightings;
    private final ExposureRepository exposures;
    private final Recommendations recommendations;
    private final Transactions transactions;
    private final HandfulRule rule;
    private final SightingMeters meters;
    private final Clock clock;

    SightingService(
            SightingRepository sightings,
            ExposureRepository exposures,
            Recommendations recommendations,
            Transactions transactions,
            HandfulSettings settings,
            SightingMeters meters,
            Clock clock) {
        this.sightings = sightings;
        this.exposures = exposures;
        this.recommendations = recommendations;
        this.transactions = transactions;
        this.rule = settings.rule();
        this.meters = meters;
        this.clock = clock;
    }

    /** Keeps a report that was checked, counts it and says what follows, all or nothing. */
    Sighting take(SightingReported report, ReleaseManifest manifest) {
        boolean deployment = report.setting() == null;
        Sighting kept = transactions.inTransaction(() -> {
            Sighting sighting = sightings.add(report);
            if (deployment) {
                recommendTermination(sighting, manifest);
                count(report, manifest);
            }
            return sighting;
        });
        if (deployment) {
            meters.reported(report, manifest);
        }
        return kept;
    }

    private void recommendTermination(Sighting sighting, ReleaseManifest manifest) {
        Map<String, Long> fired = new TreeMap<>();
        for (Rule each : manifest.rules()) {
            long fires = sighting.report().firesByRule().getOrDefault(each.id(), 0L);
            if (each.level() == ConcernLevel.HIGH && fires > 0) {
                fired.put(each.id(), fires);
            }
        }
        if (!fired.isEmpty()) {
            String model = manifest.model().onnxDigest();
            recommendations.say(Event.of(
                    SOURCE,
                    model,
                    new SessionTerminationRecommended(
                            sighting.report().monitor(), sighting.report().release(), model, sighting.id(), fired)));
        }
    }

    private void count(SightingReported report, ReleaseManifest manifest) {
        String model = manifest.model().onnxDigest();
        Map<String, Terms> terms = new TreeMap<>();
        manifest.features().forEach(feature -> terms.put(feature.uid(), Terms.of(feature)));
        Map<String, Exposure> before =
                exposures.lock(model, terms, clock.instant().truncatedTo(ChronoUnit.MILLIS));
        Map<String, Long> fires = firesByFeature(report, manifest);
        List<Exposure> after = new ArrayList<>();
        for (ReleasedFeature feature : manifest.features()) {
            Exposure was = before.get(feature.uid());
            if (was == null) {
                throw new IllegalStateException("no exposure clock of " + feature.uid());
            }
            ExposureClock now = was.clock().add(rule, report.sessions(), fires.getOrDefault(feature.uid(), 0L));
            after.add(new Exposure(was.id(), was.feature(), was.model(), was.terms(), was.since(), now));
            HandfulRule.Test failed = now.failed();
            if (failed != null && was.clock().failed() == null && feature.level() == ConcernLevel.HIGH) {
                recommendations.say(Event.of(
                        SOURCE,
                        model,
                        new RollbackRecommended(
                                feature.uid(),
                                model,
                                report.release(),
                                failed.wire(),
                                now.windowSessions(),
                                now.windowFires(),
                                rule.budget(),
                                rule.exposure(),
                                now.logLikelihoodRatio(),
                                rule.logLimit())));
            }
        }
        exposures.save(after);
    }

    /** Sessions on which each feature fired; where the monitor does not say, as many as its rules could stand for. */
    static Map<String, Long> firesByFeature(SightingReported report, ReleaseManifest manifest) {
        Map<String, Long> given = report.firesByFeature();
        if (given != null) {
            return given;
        }
        Map<String, Long> most = new TreeMap<>();
        for (Rule each : manifest.rules()) {
            long fires = report.firesByRule().getOrDefault(each.id(), 0L);
            each.features().forEach(feature -> most.merge(feature, fires, Long::sum));
        }
        most.replaceAll((feature, fires) -> Math.min(fires, report.fires()));
        return most;
    }

    List<Exposure> exposures(@Nullable String feature, @Nullable String model, long after, int limit) {
        return exposures.list(feature, model, after, limit);
    }
}

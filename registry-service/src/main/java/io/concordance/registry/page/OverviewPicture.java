package io.concordance.registry.page;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.registry.feature.FeatureRepository;
import io.concordance.registry.page.Overview.Job;
import io.concordance.registry.page.Overview.Labelling;
import io.concordance.registry.page.Overview.ReleaseRow;
import io.concordance.registry.page.Overview.Run;
import io.concordance.registry.page.Overview.StudyRow;
import io.concordance.registry.page.Services.Service;
import io.concordance.registry.page.figure.Figure;
import io.concordance.registry.release.ReleaseService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * The state of everything, put together at most once a second however many look at it, more rarely while nothing runs, and
 * never while nobody looks.
 */
@ApplicationScoped
class OverviewPicture {
    private static final Duration BUSY = Duration.ofSeconds(1);
    private static final Duration IDLE = Duration.ofSeconds(5);
    private static final int FEW = 5;

    private final Services services;
    private final FeatureRepository features;
    private final Tallies tallies;
    private final ReleaseService releases;
    private final Deployments deployments;
    private final MonitorReports monitors;
    private final Instance<StudyListing> studies;
    private final Clock clock;
    private final Kept<Boolean, Overview> kept = new Kept<>(overview -> overview.isBusy() ? BUSY : IDLE, any -> look());

    OverviewPicture(
            Services services,
            FeatureRepository features,
            Tallies tallies,
            ReleaseService releases,
            Deployments deployments,
            MonitorReports monitors,
            Instance<StudyListing> studies,
            Clock clock) {
        this.services = services;
        this.features = features;
        this.tallies = tallies;
        this.releases = releases;
        this.deployments = deployments;
        this.monitors = monitors;
        this.studies = studies;
        this.clock = clock;
    }

    Overview now() {
        return kept.get(true);
    }

    private Overview look() {
        Instant now = clock.instant();
        String few = "?limit=" + FEW;
        CompletableFuture<Answer> jobs = services.ask(Service.CAPTURE, "/v1/capture-jobs" + few);
        CompletableFuture<Answer> runs = services.ask(Service.TRAINER, "/v1/dictionaries" + few);
        CompletableFuture<Answer> analyses = services.ask(Service.AUTOINTERP, "/v1/analyses" + few);
        CompletableFuture<Answer> explanations = services.ask(Service.AUTOINTERP, "/v1/explanations" + few);
        CompletableFuture<Answer> history = runs.thenCompose(answer -> {
            JsonNode newest = answer.json().path("items").path(0).path("id");
            return newest.isTextual()
                    ? services.ask(Service.TRAINER, "/v1/dictionaries/" + newest.asText() + "/metrics")
                    : CompletableFuture.completedFuture(Answer.unknown("There is no run."));
        });
        Map<String, Integer> armed = deployments.armed();
        List<Labelling> labelling = new ArrayList<>();
        explanations.join().json().path("items").forEach(order -> labelling.add(Labelling.asked(order)));
        analyses.join().json().path("items").forEach(analysis -> labelling.add(Labelling.analysis(analysis)));
        return new Overview(
                Stream.of(jobs, runs, analyses)
                        .map(CompletableFuture::join)
                        .filter(answer -> !answer.unknown())
                        .flatMap(answer -> Optional.ofNullable(answer.problem()).stream())
                        .distinct()
                        .toList(),
                rows(jobs.join(), now).toList(),
                items(runs.join()).map(run -> Run.of(run, now)).toList(),
                curves(runs.join(), history.join()),
                labelling,
                studies.stream()
                        .flatMap(listing -> listing.latest(FEW).stream())
                        .map(study -> new StudyRow(
                                study.id(),
                                TokenText.plain(study.name()),
                                study.state(),
                                study.stage(),
                                Format.time(study.createdAt())))
                        .toList(),
                rows(tallies.ofConcern(FEW)),
                rows(tallies.newest(FEW)),
                releases.latest(FEW).stream()
                        .map(release -> new ReleaseRow(
                                release.version(),
                                release.channel(),
                                Format.brief(release.digest()),
                                release.features().size(),
                                Format.time(release.createdAt()),
                                armed.getOrDefault(release.digest(), 0)))
                        .toList(),
                monitors.exposures(FEW));
    }

    private static Stream<Job> rows(Answer jobs, Instant now) {
        return items(jobs).map(job -> Job.of(job, now));
    }

    private static Stream<JsonNode> items(Answer answer) {
        List<JsonNode> items = new ArrayList<>();
        answer.json().path("items").forEach(items::add);
        return items.stream();
    }

    private static List<Figure> curves(Answer runs, Answer history) {
        JsonNode run = runs.json().path("items").path(0);
        return DictionaryFigures.curves(
                run,
                history.json().path("items"),
                "/dictionaries/" + run.path("id").asText());
    }

    private List<FeatureRow> rows(List<String> uids) {
        return uids.stream()
                .flatMap(uid -> features.find(uid).stream())
                .map(FeatureRow::of)
                .toList();
    }
}

package io.concordance.registry.study;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.study.StudyReport;
import io.concordance.kit.page.Page;
import io.concordance.kit.problem.ProblemException;
import io.concordance.registry.page.StudyListing;
import io.concordance.registry.page.figure.Figure;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Takes studies in and says how far they are. */
@ApplicationScoped
class StudyService implements StudyListing {
    private static final int PAGE = 50;
    private static final int LARGEST_PAGE = 200;

    private final StudyRepository studies;
    private final StudyWorker worker;

    StudyService(StudyRepository studies, StudyWorker worker) {
        this.studies = studies;
        this.worker = worker;
    }

    /**
     * Accepts a study that could run.
     *
     * @throws io.concordance.contracts.problem.FieldProblem on the first field that it could not run with
     */
    StudyStatus submit(@Nullable StudyOrder order) {
        return submit(order, UUID.randomUUID());
    }

    /**
     * The same under an id that names the request. Where that is the id of a study of the same order, that study is it; of
     * another order, this one gets an id of its own.
     */
    StudyStatus submit(@Nullable StudyOrder order, UUID id) {
        StudyRun run = StudyRun.of(id, StudyOrder.check(order), Instant.now().truncatedTo(ChronoUnit.MILLIS));
        if (!studies.insert(run)) {
            StudyRun earlier = find(id);
            return earlier.order().equals(run.order()) ? earlier.status() : submit(order);
        }
        worker.wake();
        return run.status();
    }

    StudyStatus status(UUID id) {
        return find(id).status();
    }

    /** The report as it was written, once the study completed. */
    StudyReport report(UUID id) {
        StudyRun run = find(id);
        if (run.state() != StudyState.COMPLETED) {
            throw ProblemException.notFound("report yet of study", id);
        }
        return run.result(StageName.REPORT, StudyReport.class);
    }

    StudyPage page(UUID id) {
        StudyRun run = find(id);
        return StudyPage.of(run, run.output(StageName.REPORT, StudyReport.class).orElse(null));
    }

    /**
     * Figures of its page.
     *
     * @throws ProblemException 404 until it completed
     */
    List<Figure> figures(UUID id) {
        StudyRun run = find(id);
        return run.output(StageName.REPORT, StudyReport.class)
                .map(report -> StudyPage.figures(run, report))
                .orElseThrow(() -> ProblemException.notFound("report yet of study", id));
    }

    /** @param cursor {@link Page#next} of the page before, or null for the newest studies */
    Page<StudyStatus> list(@Nullable UUID cursor, @Nullable Integer limit) {
        int size = limit == null ? PAGE : limit;
        if (size < 1 || size > LARGEST_PAGE) {
            throw new FieldProblem("limit", size, "1 to " + LARGEST_PAGE);
        }
        List<StudyRun> found = studies.list(cursor, size + 1);
        List<StudyRun> page = found.subList(0, Math.min(size, found.size()));
        return new Page<>(
                page.stream().map(StudyRun::status).toList(),
                found.size() > size ? page.getLast().id().toString() : null);
    }

    @Override
    public List<StudyLink> latest(int limit) {
        return studies.list(null, limit).stream().map(StudyService::link).toList();
    }

    /** @param cursor as in {@link #list} */
    StudyListPage listPage(@Nullable UUID cursor) {
        List<StudyRun> found = studies.list(cursor, PAGE + 1);
        List<StudyRun> page = found.subList(0, Math.min(PAGE, found.size()));
        return new StudyListPage(
                page.stream().map(StudyService::link).map(StudyListPage.Row::of).toList(),
                found.size() > PAGE ? page.getLast().id().toString() : null);
    }

    private static StudyLink link(StudyRun run) {
        return new StudyLink(
                run.id().toString(), run.order().study().name(), run.state().wireName(), stage(run), run.createdAt());
    }

    private static String stage(StudyRun run) {
        return run.status().stages().stream()
                .filter(stage -> stage.state() == StageState.RUNNING)
                .map(stage -> stage.name().wireName()
                        + (stage.total() == 0
                                ? ""
                                : String.format(
                                        Locale.ROOT, " %,d of %,d %s", stage.done(), stage.total(), stage.unit())))
                .collect(Collectors.joining("; "));
    }

    private StudyRun find(UUID id) {
        return studies.find(id).orElseThrow(() -> ProblemException.notFound("study", id));
    }
}

package io.concordance.registry.study;

import io.concordance.contracts.study.StudyReport;
import io.concordance.kit.page.Page;
import io.concordance.kit.problem.ProblemException;
import io.concordance.registry.page.StudyListing;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
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
        StudyRun run = StudyRun.of(
                UUID.randomUUID(), StudyOrder.check(order), Instant.now().truncatedTo(ChronoUnit.MILLIS));
        studies.insert(run);
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

    /** @param cursor {@link Page#next} of the page before, or null for the newest studies */
    Page<StudyStatus> list(@Nullable UUID cursor, @Nullable Integer limit) {
        int size = limit == null ? PAGE : Math.clamp(limit, 1, LARGEST_PAGE);
        List<StudyRun> found = studies.list(cursor, size + 1);
        List<StudyRun> page = found.subList(0, Math.min(size, found.size()));
        return new Page<>(
                page.stream().map(StudyRun::status).toList(),
                found.size() > size ? page.getLast().id().toString() : null);
    }

    @Override
    public List<StudyLink> latest(int limit) {
        return studies.list(null, limit).stream()
                .map(run -> new StudyLink(
                        run.id().toString(),
                        run.order().study().name(),
                        run.state().wireName(),
                        run.createdAt()))
                .toList();
    }

    private StudyRun find(UUID id) {
        return studies.find(id).orElseThrow(() -> ProblemException.notFound("study", id));
    }
}

package io.concordance.registry.study;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.problem.ProblemException;
import io.concordance.kit.store.ObjectStoreException;
import io.concordance.registry.peer.PeerRefusal;
import io.concordance.registry.peer.PeerUnavailable;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/**
 * The state machine: what is kept decides what is attempted next, and nothing else does. A process that dies leaves
 * nothing behind that its successor would need.
 */
final class StudyProcess {
    private final StudyRepository studies;
    private final List<StageWork> stages;
    private final Clock clock;

    /** What a pass came to. */
    enum Pass {
        /** A stage completed: go on at once. */
        MOVED,
        /** Every stage that can be attempted waits for somebody. */
        WAITING,
        /** A service did not answer. */
        UNAVAILABLE,
        ENDED
    }

    StudyProcess(StudyRepository studies, List<StageWork> stages, Clock clock) {
        this.studies = studies;
        this.stages =
                stages.stream().sorted(Comparator.comparing(StageWork::name)).toList();
        this.clock = clock;
    }

    /** Attempts once every stage that is ready. */
    Pass advance(UUID id) {
        StudyRun run = studies.find(id).orElseThrow();
        Pass pass = Pass.WAITING;
        for (StageWork work : stages) {
            if (run.state().ended()) {
                return Pass.ENDED;
            }
            if (run.step(work.name()).completed() || !work.ready(run)) {
                continue;
            }
            Step before = run.step(work.name());
            try {
                Step after = attempt(work, run);
                run = run.with(after);
                if (after.completed()) {
                    pass = Pass.MOVED;
                }
            } catch (PeerUnavailable | ObjectStoreException | UncheckedIOException | ProblemException e) {
                if (isVerdict(e)) {
                    fail(run, before, e);
                    return Pass.ENDED;
                }
                studies.save(id, before.started(now()).noted(e.getMessage() + "; trying again"));
                pass = Pass.UNAVAILABLE;
            } catch (PeerRefusal | StudyFailure | FieldProblem e) {
                fail(run, before, e);
                return Pass.ENDED;
            }
        }
        if (run.completedBefore(StageName.REPORT) && run.step(StageName.REPORT).completed()) {
            studies.end(id, StudyState.COMPLETED, null, now());
            return Pass.ENDED;
        }
        return pass;
    }

    /** Whether the same would come of trying again. */
    private static boolean isVerdict(RuntimeException e) {
        return switch (e) {
            case ObjectStoreException store -> store.getClass() != ObjectStoreException.class;
            case ProblemException problem -> problem.status() < 500;
            default -> false;
        };
    }

    private Step attempt(StageWork work, StudyRun run) {
        Step started = run.step(work.name()).started(now());
        if (started.stage().state() != run.step(work.name()).stage().state()) {
            studies.save(run.id(), started);
        }
        if (!work.local()) {
            return attempt(work, run, started);
        }
        Step[] after = {started};
        studies.atomically(() -> after[0] = attempt(work, run, started));
        return after[0];
    }

    private Step attempt(StageWork work, StudyRun run, Step started) {
        StageResult result = work.attempt(run, (done, total, unit) -> {
            StageResult running = StageResult.waiting(done, total, unit, null);
            studies.save(run.id(), started.after(running, now()));
        });
        Step after = started.after(result, now());
        if (!after.equals(started)) {
            studies.save(run.id(), after);
        }
        return after;
    }

    /** Ends a study that cannot go on. */
    void fail(UUID id, String problem) {
        studies.end(id, StudyState.FAILED, problem, now());
    }

    private void fail(StudyRun run, Step step, RuntimeException cause) {
        String problem = step.stage().name().wireName() + ": " + cause.getMessage();
        studies.atomically(() -> {
            studies.save(run.id(), step.started(now()).failed(String.valueOf(cause.getMessage()), now()));
            studies.end(run.id(), StudyState.FAILED, problem, now());
        });
    }

    private Instant now() {
        return clock.instant();
    }
}

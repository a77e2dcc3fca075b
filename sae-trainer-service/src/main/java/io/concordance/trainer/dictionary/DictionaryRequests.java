package io.concordance.trainer.dictionary;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.trainer.TrainerConfig;
import io.concordance.trainer.capture.CapturedJob;
import io.concordance.trainer.capture.HookNames;
import io.concordance.trainer.capture.PostgresCaptureRepository;
import io.concordance.trainer.step.Activation;
import io.concordance.trainer.step.TrainConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Checks requests against what has been captured. Whatever passes can be trained. */
@ApplicationScoped
class DictionaryRequests {
    private static final int MAX_NAME = 200;
    private static final int MAX_JOBS = 64;
    private static final Duration POLL = Duration.ofMillis(100);

    private final PostgresCaptureRepository captures;
    private final TrainerConfig config;

    DictionaryRequests(PostgresCaptureRepository captures, TrainerConfig config) {
        this.captures = captures;
        this.config = config;
    }

    /**
     * A request that passed.
     *
     * @param model of the first job
     */
    record Accepted(String name, String model, RunSpec spec) {}

    /**
     * @throws FieldProblem naming the first field at fault
     */
    Accepted check(DictionaryRequest request) {
        String name = required("name", request.name(), "1 to " + MAX_NAME + " characters");
        if (name.isBlank() || name.length() > MAX_NAME) {
            throw new FieldProblem("name", name, "1 to " + MAX_NAME + " characters");
        }
        TrainConfig train = train(request);
        String hook = HookNames.canonical(required("hook", request.hook(), "a captured hook point"));
        List<CapturedJob> jobs = jobs(request.jobs());
        for (CapturedJob job : jobs) {
            if (!job.hooks().contains(hook)) {
                throw new FieldProblem("hook", hook, "a hook that job " + job.id() + " captures: " + job.hooks());
            }
        }
        InputSpec input = new InputRequests(captures, this::jobs).check(request.input(), jobs, hook);
        RunSpec spec = new RunSpec(
                jobs.stream().map(job -> UUID.fromString(job.id())).toList(),
                jobs.stream().map(CapturedJob::slices).toList(),
                hook,
                arms(request.arms(), jobs),
                input,
                train.position(input.position()));
        return new Accepted(name, jobs.getFirst().model(), spec);
    }

    private TrainConfig train(DictionaryRequest request) {
        Activation activation =
                request.activation() == null ? Activation.BATCHTOPK : Activation.named(request.activation());
        Integer k = activation == Activation.STANDARD && request.k() == null ? Integer.valueOf(0) : request.k();
        TrainConfig train = TrainConfig.of(
                required("width", request.width(), "1 to " + TrainConfig.MAX_WIDTH),
                required("k", k, "1 to width"),
                activation,
                required("tokens", request.tokens(), "more than 0"),
                request.seed() == null ? 0 : request.seed(),
                request.batch(),
                request.learningRate(),
                config.windowRows());
        if (request.sparsity() != null) {
            train = train.sparsity(request.sparsity());
        }
        if (request.prefixes() != null) {
            List<Integer> prefixes = new ArrayList<>();
            for (int i = 0; i < request.prefixes().size(); i++) {
                prefixes.add(required("prefixes[" + i + "]", request.prefixes().get(i), "a number of features"));
            }
            train = train.prefixes(prefixes);
        }
        return train;
    }

    private static <T> T required(String field, @Nullable T value, String allowed) {
        if (value == null) {
            throw new FieldProblem(field, null, allowed);
        }
        return value;
    }

    private List<CapturedJob> jobs(@Nullable List<@Nullable String> ids) {
        if (ids == null || ids.isEmpty() || ids.size() > MAX_JOBS) {
            throw new FieldProblem(
                    "jobs", ids == null ? null : ids.size() + " jobs", "1 to " + MAX_JOBS + " capture jobs");
        }
        List<CapturedJob> jobs = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            String field = "jobs[" + i + "]";
            String id = ids.get(i);
            CapturedJob job = announced(uuid(field, id))
                    .orElseThrow(() -> new FieldProblem(field, id, "a capture job that was accepted"));
            if (!job.isForLearning()) {
                throw new FieldProblem(field, id, "a job of role learning; this one is for " + job.role());
            }
            if (jobs.stream().anyMatch(earlier -> earlier.id().equals(job.id()))) {
                throw new FieldProblem(field, id, "every job once");
            }
            captures.lost(UUID.fromString(job.id()), Duration.ZERO).ifPresent(why -> {
                throw new FieldProblem(field, id, "a job that completes; this one " + why);
            });
            jobs.add(job);
        }
        return jobs;
    }

    private static UUID uuid(String field, @Nullable String id) {
        try {
            return UUID.fromString(id == null ? "" : id);
        } catch (IllegalArgumentException e) {
            throw new FieldProblem(field, id, "the id of a capture job");
        }
    }

    /** Whoever accepted the job may be a moment ahead of its announcement, which is therefore waited for a little. */
    private Optional<CapturedJob> announced(UUID id) {
        long deadline = System.nanoTime() + config.announcementGrace().toNanos();
        Optional<CapturedJob> job = captures.job(id);
        try {
            while (job.isEmpty() && System.nanoTime() < deadline) {
                Thread.sleep(POLL);
                job = captures.job(id);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return job;
    }

    private static List<String> arms(@Nullable List<@Nullable String> names, List<CapturedJob> jobs) {
        if (names == null) {
            return List.of();
        }
        if (names.isEmpty()) {
            throw new FieldProblem("arms", "no arms", "names of arms, or no such field for all");
        }
        Set<String> known = new TreeSet<>();
        jobs.forEach(job -> known.addAll(job.arms()));
        List<String> arms = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            String arm = names.get(i);
            if (arm == null || !known.contains(arm) || arms.contains(arm)) {
                throw new FieldProblem("arms[" + i + "]", arm, "an arm of the jobs, once: " + known);
            }
            arms.add(arm);
        }
        return arms;
    }
}

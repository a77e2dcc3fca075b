package io.concordance.trainer.dictionary;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.trainer.TrainerConfig;
import io.concordance.trainer.capture.CapturedJob;
import io.concordance.trainer.capture.HookNames;
import io.concordance.trainer.capture.PostgresCaptureRepository;
import io.concordance.trainer.dictionary.DictionaryExports.Outline;
import io.concordance.trainer.step.Activation;
import io.concordance.trainer.step.Position;
import io.concordance.trainer.step.TrainConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks requests against what has been captured. Whatever passes can be trained. */
@ApplicationScoped
class DictionaryRequests {
    private static final int MAX_NAME = 200;
    private static final int MAX_JOBS = 64;
    private static final Duration POLL = Duration.ofMillis(100);

    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

    private final PostgresCaptureRepository captures;
    private final PostgresDictionaryRepository runs;
    private final DictionaryExports exports;
    private final TrainerConfig config;

    DictionaryRequests(
            PostgresCaptureRepository captures,
            PostgresDictionaryRepository runs,
            DictionaryExports exports,
            TrainerConfig config) {
        this.captures = captures;
        this.runs = runs;
        this.exports = exports;
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
        String name = name(required("name", request.name(), "1 to " + MAX_NAME + " characters"));
        @Nullable Origin from = origin(request.from());
        DictionaryRequest filled = from == null ? request : continuing(request, exports.outline(from));
        TrainConfig train = train(filled);
        String hook = HookNames.canonical(required("hook", filled.hook(), "a captured hook point"));
        List<CapturedJob> jobs = jobs(request.jobs());
        for (CapturedJob job : jobs) {
            if (!job.hooks().contains(hook)) {
                throw new FieldProblem("hook", hook, "a hook that job " + job.id() + " captures: " + job.hooks());
            }
        }
        checkWidths(jobs, hook);
        List<String> arms = arms(request.arms(), jobs);
        InputSpec input = new InputRequests(captures, this::jobs).check(request.input(), jobs, arms, hook);
        if (from != null) {
            continuable(exports.outline(from), input);
        }
        RunSpec spec = new RunSpec(
                jobs.stream().map(job -> UUID.fromString(job.id())).toList(),
                jobs.stream().map(CapturedJob::slices).toList(),
                hook,
                arms,
                input,
                train.position(input.position()),
                from,
                publishEvery(request.publishEvery(), train));
        return new Accepted(name, jobs.getFirst().model(), spec);
    }

    private @Nullable Origin origin(@Nullable String reference) {
        if (reference == null) {
            return null;
        }
        Optional<Origin> found = DIGEST.matcher(reference).matches()
                ? runs.published(reference)
                : runs.export(uuid("from", reference, "a dictionary's digest, or the id of a run that published one"));
        return found.orElseThrow(() -> new FieldProblem("from", reference, "a published dictionary"));
    }

    /** The request with what it leaves open taken from the dictionary it continues. */
    private static DictionaryRequest continuing(DictionaryRequest request, Outline outline) {
        same("width", request.width(), outline.features());
        same("activation", request.activation(), outline.activation());
        same("hook", request.hook() == null ? null : HookNames.canonical(request.hook()), outline.hook());
        return new DictionaryRequest(
                request.name(),
                request.jobs(),
                outline.hook(),
                request.arms(),
                outline.features(),
                request.k() == null && outline.k() > 0 ? Integer.valueOf(outline.k()) : request.k(),
                outline.activation(),
                request.tokens(),
                request.seed(),
                request.batch(),
                request.learningRate(),
                request.sparsity(),
                request.prefixes(),
                request.input(),
                request.heldOut(),
                request.from(),
                request.publishEvery());
    }

    /** What a dictionary learnt to read stays what it reads. */
    private static void continuable(Outline outline, InputSpec input) {
        boolean subtracts = input.position() == Position.SUBTRACT;
        String minus = input.minus() == null ? null : input.minus().hook();
        if (subtracts != outline.subtractsPosition() || !Objects.equals(minus, outline.minusHook())) {
            throw new FieldProblem(
                    "input",
                    describe(minus, subtracts),
                    describe(outline.minusHook(), outline.subtractsPosition())
                            + ", as in the dictionary that is continued");
        }
    }

    private static String describe(@Nullable String minus, boolean position) {
        return "activations" + (minus == null ? "" : " minus those at " + minus)
                + (position ? ", less their position's mean" : "");
    }

    private static void same(String field, @Nullable Object given, Object own) {
        if (given != null && !given.equals(own)) {
            throw new FieldProblem(field, given, own + ", as in the dictionary that is continued");
        }
    }

    /** Jobs that are already known to have rows of different widths cannot be learnt from together. */
    private void checkWidths(List<CapturedJob> jobs, String hook) {
        OptionalInt first = captures.width(UUID.fromString(jobs.getFirst().id()), hook);
        for (int i = 1; i < jobs.size() && first.isPresent(); i++) {
            OptionalInt width = captures.width(UUID.fromString(jobs.get(i).id()), hook);
            if (width.isPresent() && width.getAsInt() != first.getAsInt()) {
                throw new FieldProblem(
                        "jobs[" + i + "]",
                        width.getAsInt() + " values a row",
                        first.getAsInt() + ", as in the first job");
            }
        }
    }

    private static long publishEvery(@Nullable Long rows, TrainConfig train) {
        if (rows == null) {
            return 0;
        }
        if (rows < train.batch() || rows >= train.tokens()) {
            throw new FieldProblem("publishEvery", rows, "batch to tokens, " + train.batch() + " to " + train.tokens());
        }
        return rows;
    }

    static String name(String name) {
        if (name.isBlank() || name.length() > MAX_NAME) {
            throw new FieldProblem("name", name, "1 to " + MAX_NAME + " characters");
        }
        return name;
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
        return request.heldOut() == null ? train : train.heldOut(request.heldOut());
    }

    private static <T> T required(String field, @Nullable T value, String allowed) {
        if (value == null) {
            throw new FieldProblem(field, null, allowed);
        }
        return value;
    }

    /** The learning jobs of these ids, each there to be read. */
    List<CapturedJob> jobs(@Nullable List<@Nullable String> ids) {
        if (ids == null || ids.isEmpty() || ids.size() > MAX_JOBS) {
            throw new FieldProblem(
                    "jobs", ids == null ? null : ids.size() + " jobs", "1 to " + MAX_JOBS + " capture jobs");
        }
        List<CapturedJob> jobs = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            String field = "jobs[" + i + "]";
            String id = ids.get(i);
            CapturedJob job = announced(uuid(field, id, "the id of a capture job"))
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

    private static UUID uuid(String field, @Nullable String id, String allowed) {
        try {
            return UUID.fromString(id == null ? "" : id);
        } catch (IllegalArgumentException e) {
            throw new FieldProblem(field, id, allowed);
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

    static List<String> arms(@Nullable List<@Nullable String> names, List<CapturedJob> jobs) {
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

package io.concordance.trainer.dictionary;

import io.concordance.contracts.dictionary.ForeignDictionary;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.trainer.TrainerConfig;
import io.concordance.trainer.capture.CapturedJob;
import io.concordance.trainer.capture.HookNames;
import io.concordance.trainer.capture.PostgresCaptureRepository;
import io.concordance.trainer.dictionary.DictionaryRequests.Accepted;
import io.concordance.trainer.step.Activation;
import io.concordance.trainer.step.TrainConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Takes in dictionaries that were trained elsewhere. The same files for the same rows are one run. */
@ApplicationScoped
class DictionaryImports {
    private final DictionaryRequests requests;
    private final PostgresCaptureRepository captures;
    private final PostgresDictionaryRepository runs;
    private final ImportedFiles files;
    private final TrainerConfig config;

    DictionaryImports(
            DictionaryRequests requests,
            PostgresCaptureRepository captures,
            PostgresDictionaryRepository runs,
            ImportedFiles files,
            TrainerConfig config) {
        this.requests = requests;
        this.captures = captures;
        this.runs = runs;
        this.files = files;
        this.config = config;
    }

    /**
     * What comes with the files.
     *
     * @param name for people; the model and hook that the files name when absent
     * @param model id of the model that the dictionary reads; the first job's when absent
     * @param hook canonical or short name; as the files say when absent
     * @param jobs capture jobs it is measured and labelled on; all learning jobs of the model at the hook when empty
     * @param arms names, empty for all
     */
    record Order(
            @Nullable String name,
            @Nullable String model,
            @Nullable String hook,
            List<String> jobs,
            List<String> arms) {
        Order {
            jobs = List.copyOf(jobs);
            arms = List.copyOf(arms);
        }
    }

    /** A run, and whether this order made it. */
    record Taken(DictionaryRun run, boolean created) {}

    /**
     * @throws FieldProblem naming the field at fault; nothing is left behind then
     */
    Taken take(Order order, Path configuration, Path weights) {
        files.checkSize(weights);
        ForeignDictionary dictionary = ForeignDictionary.read(configuration, weights);
        String hook = HookNames.canonical(hook(order, dictionary));
        List<CapturedJob> jobs = jobs(order, hook);
        String model = jobs.getFirst().model();
        List<UUID> ids = jobs.stream().map(job -> UUID.fromString(job.id())).toList();
        OptionalInt width = captures.width(ids.getFirst(), hook);
        if (width.isPresent() && width.getAsInt() != dictionary.width()) {
            throw new FieldProblem(
                    "config.d_in", dictionary.width(), width.getAsInt() + ", the values of a row at the hook");
        }
        String name = DictionaryRequests.name(
                order.name() == null
                        ? "%s %s (%s)"
                                .formatted(
                                        Objects.requireNonNullElse(dictionary.model(), model),
                                        hook,
                                        dictionary.origin().layout())
                        : order.name());
        List<String> arms =
                DictionaryRequests.arms(order.arms().isEmpty() ? null : new ArrayList<>(order.arms()), jobs);
        RunSpec spec = new RunSpec(
                ids,
                jobs.stream().map(CapturedJob::slices).toList(),
                hook,
                arms,
                InputSpec.PLAIN,
                TrainConfig.of(
                                dictionary.features(),
                                Math.max(1, dictionary.k()),
                                Activation.named(dictionary.training()),
                                config.importRows(),
                                0,
                                1,
                                null,
                                config.windowRows())
                        .heldOut(0),
                null,
                0,
                files.write(dictionary, configuration, weights));
        UUID id = UUID.nameUUIDFromBytes(Json.canonical(spec));
        boolean created = runs.addOrRevive(id, new Accepted(name, model, spec));
        return new Taken(runs.find(id).orElseThrow(), created);
    }

    private static String hook(Order order, ForeignDictionary dictionary) {
        String hook = order.hook() == null ? dictionary.hook() : order.hook();
        if (hook == null) {
            throw new FieldProblem("hook", null, "a captured hook point; the files do not name one");
        }
        return hook;
    }

    private List<CapturedJob> jobs(Order order, String hook) {
        List<CapturedJob> jobs;
        if (order.jobs().isEmpty()) {
            if (order.model() == null) {
                throw new FieldProblem("model", null, "the id of a model, or jobs");
            }
            jobs = captures.learning(order.model(), hook);
            if (jobs.isEmpty()) {
                throw new FieldProblem("model", order.model(), "a model with a learning job that captures " + hook);
            }
        } else {
            jobs = requests.jobs(new ArrayList<>(order.jobs()));
        }
        for (CapturedJob job : jobs) {
            if (!job.hooks().contains(hook)) {
                throw new FieldProblem("hook", hook, "a hook that job " + job.id() + " captures: " + job.hooks());
            }
            if (order.model() != null && !job.model().equals(order.model())) {
                throw new FieldProblem("model", order.model(), job.model() + ", the model of job " + job.id());
            }
        }
        return jobs;
    }
}

package io.concordance.capture.job;

import io.concordance.capture.CaptureConfig;
import io.concordance.capture.attribution.Attribution;
import io.concordance.capture.attribution.Attributions;
import io.concordance.capture.generation.Generation;
import io.concordance.capture.intervention.Intervention;
import io.concordance.capture.intervention.Interventions;
import io.concordance.capture.job.CaptureJob.State;
import io.concordance.capture.model.HookPoint;
import io.concordance.capture.model.Models;
import io.concordance.capture.model.RegisteredModel;
import io.concordance.capture.search.Search;
import io.concordance.capture.search.Searches;
import io.concordance.capture.transcript.DocumentIndex;
import io.concordance.capture.transcript.TranscriptFiles;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.shard.ShardKeys;
import io.concordance.kit.page.Page;
import io.concordance.kit.problem.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Accepts, lists and cancels capture jobs. */
@ApplicationScoped
public class CaptureJobs {
    private static final Set<String> ROLES = Set.of("learning", "evaluation");
    private static final Set<String> METRICS = Set.of("ce", "kl");
    private static final Set<String> DTYPES = Set.of("fp16", "fp32", "bf16");
    private static final int MAX_HOOKS = 64;
    private static final int MAX_ARMS = 64;

    private final PostgresCaptureJobRepository repository;
    private final Models models;
    private final TranscriptFiles transcripts;
    private final Interventions interventions;
    private final Attributions attributions;
    private final Searches searches;
    private final CaptureConfig.Slice settings;

    CaptureJobs(
            PostgresCaptureJobRepository repository,
            Models models,
            TranscriptFiles transcripts,
            Interventions interventions,
            Attributions attributions,
            Searches searches,
            CaptureConfig config) {
        this.repository = repository;
        this.attributions = attributions;
        this.searches = searches;
        this.interventions = interventions;
        this.models = models;
        this.transcripts = transcripts;
        this.settings = config.slice();
    }

    /**
     * Checks a request and queues its slices.
     *
     * @throws FieldProblem on the first field at fault; nothing is kept then
     */
    CaptureJob submit(CaptureJobRequest request) {
        RegisteredModel model = models.find(given("model", request.model()))
                .orElseThrow(() -> new FieldProblem("model", request.model(), "the id of a registered model"));
        List<HookPoint> hooks = hooks(model, request.hooks());
        String role = oneOf("role", request.role(), ROLES);
        String dtype = request.dtype() == null ? "fp16" : oneOf("dtype", request.dtype(), DTYPES);
        requireRoom(model, hooks, dtype);
        ContextPolicy policy = ContextPolicy.requested(request.contextPolicy());
        Interventions.Checked checked = interventions.check(model, request.interventions());
        List<DocumentIndex> indexes = new ArrayList<>();
        List<CaptureJob.Arm> arms = arms(model, request.arms(), role, checked, indexes);
        List<String> metrics = metrics(model, request.metrics(), arms);
        Attribution attribution = attribution(model, hooks, role, arms, request);
        Search search = search(model, hooks, role, arms, request);
        List<Slicing.Slice> slices = search == null
                ? slicing(model, policy).cut(indexes)
                : Slicing.repeated(indexes.getFirst(), search.radius().size());
        CaptureJob job = new CaptureJob(
                UUID.randomUUID(),
                State.ACCEPTED,
                model.id(),
                hooks.stream().map(HookPoint::name).toList(),
                role,
                dtype,
                policy.text(),
                Boolean.TRUE.equals(request.positionMeans()),
                arms,
                new CaptureJob.Slices(slices.size(), 0),
                arms.stream().mapToInt(CaptureJob.Arm::documents).sum(),
                0,
                0,
                0,
                0,
                checked.all().isEmpty() ? null : checked.all(),
                null,
                metrics.isEmpty() ? null : metrics,
                null,
                attribution,
                search,
                null,
                Instant.now().truncatedTo(ChronoUnit.MILLIS),
                null);
        interventions.keep(checked);
        repository.accept(job, model, hooks, slices, settings.partBytes());
        return job;
    }

    /**
     * Adds arms without interventions to a job. An arm may continue one that is there, under its name and kind. What the job has keeps its
     * numbers; a completed job runs again.
     *
     * @return the job with them, empty when there is none
     * @throws FieldProblem on the first field at fault; nothing is kept then
     * @throws ProblemException 409 when the job has failed or was cancelled
     */
    Optional<CaptureJob> extend(UUID id, CaptureJobRequest.Extension request) {
        CaptureJob job = repository.find(id).orElse(null);
        if (job == null) {
            return Optional.empty();
        }
        RegisteredModel model = models.find(job.model()).orElseThrow();
        List<DocumentIndex> indexes = new ArrayList<>();
        List<CaptureJob.Arm> arms = arms(model, request.arms(), job.role(), interventions.check(model, null), indexes);
        if (job.attribution() != null) {
            requireGiven(arms, "attribution");
        }
        if (job.search() != null) {
            throw new FieldProblem("arms", arms.size(), "none: a search has the arm that it began with");
        }
        List<Slicing.Slice> slices =
                slicing(model, ContextPolicy.of(job.contextPolicy())).cut(indexes);
        CaptureJob extended = repository.extend(id, model, slices, now -> continuing(now.arms(), arms));
        if (extended.state().isFinal()) {
            throw ProblemException.conflict("Capture job " + id + " has already "
                    + (extended.state() == State.FAILED ? "failed" : "been cancelled") + ".");
        }
        return Optional.of(extended);
    }

    private static List<CaptureJob.Arm> continuing(List<CaptureJob.Arm> there, List<CaptureJob.Arm> more) {
        if (there.size() + more.size() > MAX_ARMS) {
            throw new FieldProblem(
                    "arms", more.size(), "at most " + MAX_ARMS + " in all; " + there.size() + " are there");
        }
        for (int i = 0; i < more.size(); i++) {
            CaptureJob.Arm arm = more.get(i);
            for (CaptureJob.Arm earlier : there) {
                if (earlier.name().equals(arm.name()) && !earlier.kind().equals(arm.kind())) {
                    throw new FieldProblem(
                            "arms[" + i + "].kind",
                            arm.kind(),
                            "'" + earlier.kind() + "', as the arm of this name has");
                }
            }
        }
        return more;
    }

    private Slicing slicing(RegisteredModel model, ContextPolicy policy) {
        return new Slicing(
                settings.tokens(),
                settings.documents(),
                settings.bytes(),
                settings.charactersPerToken(),
                policy == ContextPolicy.WINDOW ? Integer.MAX_VALUE : model.context());
    }

    /** The longest document the model reads must fit the memory that a worker has for one. */
    private void requireRoom(RegisteredModel model, List<HookPoint> hooks, String dtype) {
        long rowBytes =
                hooks.stream().mapToLong(HookPoint::width).sum() * (dtype.equals("fp32") ? Float.BYTES : Short.BYTES);
        if (model.context() * rowBytes > settings.documentBytes()) {
            throw new FieldProblem(
                    "hooks",
                    hooks.size() + " hook points, " + model.context() * rowBytes + " bytes for " + model.context()
                            + " tokens",
                    "at most " + settings.documentBytes() + " bytes for the longest document; fewer hook points"
                            + (dtype.equals("fp32") ? ", or fp16" : ""));
        }
    }

    public Optional<CaptureJob> find(UUID id) {
        return repository.find(id);
    }

    Page<CaptureJob> list(@Nullable UUID cursor, int limit) {
        return repository.list(cursor, limit);
    }

    /** Files of attributions of a job's finished slices, from the slice after {@code after} on. */
    Page<AttributedSlice> attributions(UUID id, int after, int limit) {
        return repository.attributions(id, after, limit);
    }

    /** What a search found so far, in order of its radii. */
    List<FoundDirections> directions(UUID id) {
        return repository.directions(id);
    }

    /** Stops a job that has not ended; slices that are done stay. The job as it is then, empty when there is none. */
    Optional<CaptureJob> cancel(UUID id) {
        repository.cancel(id);
        return repository.find(id);
    }

    private List<HookPoint> hooks(RegisteredModel model, @Nullable List<@Nullable String> requested) {
        List<@Nullable String> names = some("hooks", requested, MAX_HOOKS, "hook points");
        List<HookPoint> hooks = new ArrayList<>();
        Set<String> keys = new HashSet<>();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            HookPoint hook = inside("hooks[" + i + "]", () -> models.hook(model, given("", name)));
            if (!keys.add(ShardKeys.shard("", hook.name(), 0))) {
                throw new FieldProblem("hooks[" + i + "]", name, "each hook point once");
            }
            hooks.add(hook);
        }
        return hooks;
    }

    private List<CaptureJob.Arm> arms(
            RegisteredModel model,
            @Nullable List<CaptureJobRequest.@Nullable Arm> given,
            String role,
            Interventions.Checked checked,
            List<DocumentIndex> indexes) {
        List<CaptureJobRequest.@Nullable Arm> requested = some("arms", given, MAX_ARMS, "arms");
        List<CaptureJob.Arm> arms = new ArrayList<>();
        Set<String> names = new HashSet<>();
        ArmTextCheck text = new ArmTextCheck(models, model);
        for (int i = 0; i < requested.size(); i++) {
            CaptureJobRequest.Arm arm = requested.get(i);
            inside("arms[" + i + "]", () -> {
                if (arm == null) {
                    throw new FieldProblem("", null, "an arm with name, kind and transcripts");
                }
                String name = given("name", arm.name());
                if (!name.matches("[a-z0-9][a-z0-9-]{0,62}")) {
                    throw new FieldProblem("name", name, "1 to 63 of a-z, 0-9 and -");
                }
                if (!names.add(name)) {
                    throw new FieldProblem("name", name, "a name that no other arm has");
                }
                List<String> made = made(arm.interventions(), checked);
                String digest = given("transcripts", arm.transcripts());
                DocumentIndex index =
                        Digests.isDigest(digest) ? transcripts.index(digest).orElse(null) : null;
                if (index == null) {
                    throw new FieldProblem("transcripts", digest, "the digest of an uploaded file, sha256:<64 hex>");
                }
                ArmKind kind =
                        ArmKind.of(arm.kind(), role, !made.isEmpty(), arm.generate() == null && replays(digest, index));
                String systemPrompt = text.systemPrompt(arm.systemPrompt(), kind);
                Generation generation = text.generation(arm.generate());
                CaptureJob.Rendering rendering = text.rendering(
                        arm.rendering(),
                        systemPrompt,
                        () -> transcripts.read(digest, 0, index.ends()[0]).getFirst());
                int more = (generation == null ? 0 : generation.tokens() * settings.charactersPerToken())
                        + (systemPrompt == null ? 0 : systemPrompt.length());
                indexes.add(index.lengthened(more));
                return arms.add(new CaptureJob.Arm(
                        name,
                        kind.text(),
                        digest,
                        index.documents(),
                        made.isEmpty() ? null : made,
                        systemPrompt,
                        rendering,
                        generation,
                        null));
            });
        }
        return arms;
    }

    /** Whether what the model wrote in the first transcript says that it was written with interventions. */
    private boolean replays(String digest, DocumentIndex index) {
        return transcripts.read(digest, 0, index.ends()[0]).getFirst().spans().stream()
                .anyMatch(span -> span.provenance() != null && span.provenance().containsKey("interventions"));
    }

    private static List<String> made(@Nullable List<@Nullable String> names, Interventions.Checked checked) {
        List<String> made = new ArrayList<>();
        for (String name : names == null ? List.<@Nullable String>of() : names) {
            if (name == null || !checked.has(name) || made.contains(name)) {
                throw new FieldProblem(
                        "interventions[" + made.size() + "]",
                        name,
                        checked.all().stream()
                                .map(Intervention::name)
                                .collect(Collectors.joining(", ", "the job's interventions, each once: ", "")));
            }
            made.add(name);
        }
        return made;
    }

    private List<String> metrics(
            RegisteredModel model, @Nullable List<@Nullable String> names, List<CaptureJob.Arm> arms) {
        List<String> metrics = new ArrayList<>();
        for (String name : names == null ? List.<@Nullable String>of() : names) {
            if (name == null || !METRICS.contains(name) || metrics.contains(name)) {
                throw new FieldProblem("metrics[" + metrics.size() + "]", name, "ce, kl, each once");
            }
            metrics.add(name);
        }
        if (metrics.isEmpty()) {
            return metrics;
        }
        if (arms.stream().allMatch(arm -> arm.interventions() == null)) {
            throw new FieldProblem("metrics", metrics, "none, as no arm has interventions");
        }
        inside("metrics", () -> interventions.requireJudgeable(model));
        return metrics;
    }

    private @Nullable Attribution attribution(
            RegisteredModel model,
            List<HookPoint> hooks,
            String role,
            List<CaptureJob.Arm> arms,
            CaptureJobRequest request) {
        if (request.attribution() == null) {
            return null;
        }
        if (ContextPolicy.requested(request.contextPolicy()) == ContextPolicy.WINDOW) {
            throw new FieldProblem("contextPolicy", "window", "truncate or refuse, as the job asks for attribution");
        }
        if (hooks.size() != 1) {
            throw new FieldProblem("hooks", hooks.size(), "one hook point, where the attribution's dictionary reads");
        }
        if (!role.equals("learning")) {
            throw new FieldProblem("role", role, "learning: evaluation transcripts choose no features");
        }
        requireGiven(arms, "attribution");
        return inside("attribution", () -> attributions.check(model, hooks.getFirst(), request.attribution()));
    }

    private @Nullable Search search(
            RegisteredModel model,
            List<HookPoint> hooks,
            String role,
            List<CaptureJob.Arm> arms,
            CaptureJobRequest request) {
        if (request.search() == null) {
            return null;
        }
        if (request.attribution() != null) {
            throw new FieldProblem("search", null, "none, as the job asks for attribution");
        }
        if (ContextPolicy.requested(request.contextPolicy()) == ContextPolicy.WINDOW) {
            throw new FieldProblem("contextPolicy", "window", "truncate or refuse, as the job searches");
        }
        if (hooks.size() != 1) {
            throw new FieldProblem("hooks", hooks.size(), "one hook point, where directions are added");
        }
        if (!role.equals("learning")) {
            throw new FieldProblem("role", role, "learning: evaluation transcripts find no directions");
        }
        if (arms.size() != 1) {
            throw new FieldProblem("arms", arms.size(), "one arm, whose prompts the search runs on");
        }
        requireGiven(arms, "a search");
        if (arms.getFirst().documents() > Search.MOST_PROMPTS) {
            throw new FieldProblem(
                    "arms[0].transcripts",
                    arms.getFirst().documents() + " documents",
                    "at most " + Search.MOST_PROMPTS + ", such as a subset");
        }
        return inside("search", () -> searches.check(model, hooks.getFirst(), request.search()));
    }

    private static void requireGiven(List<CaptureJob.Arm> arms, String what) {
        for (int i = 0; i < arms.size(); i++) {
            if (arms.get(i).interventions() != null || arms.get(i).generate() != null) {
                throw new FieldProblem(
                        "arms[" + i + "]",
                        arms.get(i).name(),
                        "an arm of given transcripts in the unmodified model, as the job asks for " + what);
            }
        }
    }

    private static <T extends @Nullable Object> List<T> some(
            String field, @Nullable List<T> list, int most, String what) {
        if (list == null || list.isEmpty() || list.size() > most) {
            throw new FieldProblem(field, list == null ? null : list.size(), "1 to " + most + " " + what);
        }
        return list;
    }

    private static String given(String field, @Nullable String value) {
        if (value == null) {
            throw new FieldProblem(field, null, "a string");
        }
        return value;
    }

    private static String oneOf(String field, @Nullable String value, Set<String> allowed) {
        if (value == null || !allowed.contains(value)) {
            throw new FieldProblem(
                    field,
                    value,
                    "one of " + String.join(", ", allowed.stream().sorted().toList()));
        }
        return value;
    }

    private static <T extends @Nullable Object> T inside(String prefix, Supplier<T> part) {
        try {
            return part.get();
        } catch (FieldProblem problem) {
            throw problem.inside(prefix);
        }
    }
}

package io.concordance.capture.model;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.concordance.capture.CaptureConfig;
import io.concordance.capture.model.gradient.DownstreamModel;
import io.concordance.capture.model.gradient.GradientModel;
import io.concordance.capture.model.gradient.GradientTarget;
import io.concordance.capture.model.gradient.UnsupportedGradientException;
import io.concordance.capture.model.graph.EditSite;
import io.concordance.capture.model.graph.EditSurgery;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.event.ObjectRef;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.tensor.DType;
import io.concordance.contracts.transcript.Span;
import io.concordance.kit.page.Page;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.store.StoredObject;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The registered models. */
@ApplicationScoped
public class Models {
    private final PostgresModelRepository repository;
    private final ObjectStore objects;
    private final CaptureConfig.Model settings;
    private final ModelCache cache;
    private final ModelDevice device;
    private final LoadedModels<LoadedKey, HookedModel> loaded;
    private final LoadedModels<WriterKey, CausalModel> writers;
    private final LoadedModels<GradientKey, GradientModel> gradients;
    private final LoadedModels<GradientKey, DownstreamModel> downstreams;
    private final Map<String, HookPoint> logits = new ConcurrentHashMap<>();

    private record LoadedKey(String model, List<HookPoint> hooks, DType dtype, List<EditSite> sites) {}

    private record WriterKey(String model, List<EditSite> sites) {}

    private record GradientKey(String model, String source, GradientTarget target) {}

    Models(PostgresModelRepository repository, ObjectStore objects, ModelDevice device, CaptureConfig config) {
        this.device = device;
        this.repository = repository;
        this.objects = objects;
        this.settings = config.model();
        this.cache = new ModelCache(
                objects::fetch, config.cacheDir().resolve("models"), settings.cacheBytes(), Clock.systemUTC());
        this.loaded = new LoadedModels<>(settings.loaded(), HookedModel::close);
        this.writers = new LoadedModels<>(settings.loaded(), CausalModel::close);
        this.gradients = new LoadedModels<>(settings.loaded(), GradientModel::close);
        this.downstreams = new LoadedModels<>(settings.loaded(), DownstreamModel::close);
    }

    /** A model and whether it is new. */
    record Registration(RegisteredModel model, boolean created) {}

    /**
     * Checks a model and keeps its files; the same files are the same model under its first name.
     *
     * @param onnx path of the graph in the source
     * @throws FieldProblem naming the field at fault; nothing is kept then
     */
    Registration register(String name, ModelSource source, String onnx) {
        ModelStaging.Limits limits =
                new ModelStaging.Limits(settings.maxOnnxBytes(), settings.maxDataBytes(), settings.maxTokenizerBytes());
        try {
            Path folder = cache.staging();
            try {
                Registration registration = register(name, new ModelStaging(folder, limits).take(source, onnx));
                cache.adopt(folder);
                return registration;
            } finally {
                cache.remove(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Registration register(String name, ModelStaging.Staged staged) {
        String id = staged.digests().id();
        Optional<RegisteredModel> known = repository.find(id);
        if (known.isPresent()) {
            return new Registration(known.get(), false);
        }
        ModelFiles files = staged.files();
        RegisteredModel model = new ModelInspection(settings.maxContext()).inspect(name, files, staged.digests());
        objects.putIfAbsent(model.onnxKey(), files.onnx(), "application/octet-stream");
        for (RegisteredModel.DataFile file : model.dataFiles()) {
            Path local = Objects.requireNonNull(files.data().get(file.location()));
            objects.putIfAbsent(model.dataKey(file), local, "application/octet-stream");
        }
        objects.putIfAbsent(model.tokenizerKey(), files.tokenizer(), "application/json");
        if (files.tokenizerConfig() != null && model.tokenizerConfigDigest() != null) {
            objects.putIfAbsent(
                    model.tokenizerConfigKey(model.tokenizerConfigDigest()),
                    files.tokenizerConfig(),
                    "application/json");
        }
        model = withUnembedding(model, files);
        boolean created = repository.add(model);
        return new Registration(created ? model : repository.find(id).orElseThrow(), created);
    }

    private RegisteredModel withUnembedding(RegisteredModel model, ModelFiles files) {
        Path file = files.onnx().resolveSibling("unembedding.safetensors");
        try {
            if (!Unembedding.write(files.graph(), file, settings.maxUnembeddingBytes())) {
                return model;
            }
            StoredObject stored =
                    objects.putIfAbsent(model.unembeddingKey(Digests.sha256(file)), file, "application/octet-stream");
            return model.withUnembedding(
                    new ObjectRef(objects.bucket(), stored.key(), stored.sha256(), stored.bytes()));
        } finally {
            delete(file);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The source that a request names. */
    ModelSource folder(String name) {
        try {
            return FolderSource.of(settings.folders().orElse(List.of()), name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The source that a request names. */
    ModelSource stored(String address) {
        Set<String> buckets = new HashSet<>(settings.buckets().orElse(List.of()));
        buckets.add(objects.bucket());
        return StoredSource.of(objects, buckets, address);
    }

    public Optional<RegisteredModel> find(String id) {
        return repository.find(id);
    }

    Page<RegisteredModel> list(@Nullable String cursor, int limit) {
        return repository.list(cursor, limit);
    }

    /**
     * The hook point of a name, an alias or a raw tensor.
     *
     * @throws FieldProblem on the empty field when the model has none such
     */
    public HookPoint hook(RegisteredModel model, String name) {
        Optional<HookPoint> named =
                model.hooks().stream().filter(hook -> hook.isCalled(name)).findFirst();
        if (named.isPresent()) {
            return named.get();
        }
        ModelProto onnx = files(model).graph();
        if (!ModelInspection.hasTensor(onnx, name)) {
            throw new FieldProblem(
                    "",
                    name,
                    model.hooks().stream()
                            .map(HookPoint::name)
                            .collect(Collectors.joining(", ", "one of ", ", a short form, or a tensor of the model")));
        }
        return ModelInspection.rawTensor(model, onnx, name);
    }

    /** @throws FieldProblem on the empty field when values cannot be changed there */
    public void requireEditable(RegisteredModel model, EditSite site) {
        EditSurgery.editable(files(model).graph(), List.of(site));
    }

    /**
     * The next-token logits of a causal language model, {@code [batch, sequence, vocabulary]}.
     *
     * @throws FieldProblem on the empty field when the model has no output {@code logits}, or it depends on later tokens
     */
    public HookPoint logits(RegisteredModel model) {
        return logits.computeIfAbsent(
                model.id(), id -> CausalLogits.of(model, files(model).graph()));
    }

    /**
     * What {@code work} makes of a model, which is loaded first if need be.
     *
     * @throws ModelRunException when it cannot be loaded
     */
    public <T> T use(RegisteredModel model, List<HookPoint> hooks, DType dtype, Function<HookedModel, T> work) {
        return use(model, hooks, dtype, List.of(), work);
    }

    /**
     * As {@link #use(RegisteredModel, List, DType, Function)}, with values that runs may change. Runs with any edits that
     * fit the sites share one session.
     */
    public <T> T use(
            RegisteredModel model,
            List<HookPoint> hooks,
            DType dtype,
            List<EditSite> sites,
            Function<HookedModel, T> work) {
        ModelFiles files = files(model);
        try (LoadedModels<LoadedKey, HookedModel>.Lease lease = loaded.lease(
                new LoadedKey(model.id(), hooks, dtype, sites),
                () -> HookedModel.open(
                        model, hooks, dtype, sites, files.graph(), files.tokenizer(), device.device()))) {
            return work.apply(lease.model());
        }
    }

    /**
     * As {@link #use}, with the model ready to give gradients of a target at a hook before it.
     *
     * @throws FieldProblem on the empty field when the target is not computed from the hook
     * @throws UnsupportedGradientException when a node between them has no gradient
     */
    public <T> T gradients(
            RegisteredModel model, HookPoint source, GradientTarget target, Function<GradientModel, T> work) {
        ModelFiles files = files(model);
        try (LoadedModels<GradientKey, GradientModel>.Lease lease = gradients.lease(
                new GradientKey(model.id(), source.tensor(), target),
                () -> GradientModel.open(files.graph(), List.of(source.tensor()), target, model.context()))) {
            return work.apply(lease.model());
        }
    }

    /**
     * As {@link #use}, with the model ready to say what a target is for given values of a hook before it.
     *
     * @throws FieldProblem on the empty field when the target is not computed from the hook
     * @throws UnsupportedGradientException when the hook cannot be set alone
     */
    public <T> T downstream(
            RegisteredModel model, HookPoint source, GradientTarget target, Function<DownstreamModel, T> work) {
        ModelFiles files = files(model);
        try (LoadedModels<GradientKey, DownstreamModel>.Lease lease = downstreams.lease(
                new GradientKey(model.id(), source.tensor(), target),
                () -> DownstreamModel.open(files.graph(), source.tensor(), target, model.context()))) {
            return work.apply(lease.model());
        }
    }

    /** A text's tokens, without any that the tokenizer adds. */
    public int[] tokens(RegisteredModel model, String text) {
        try (TextTokenizer tokenizer = TextTokenizer.open(files(model).tokenizer())) {
            return tokenizer
                    .encode(List.of(new Span(Span.Kind.OUTPUT, "assistant", text)), Integer.MAX_VALUE, false)
                    .tokens();
        }
    }

    /**
     * As {@link #use}, with the model ready to continue texts.
     *
     * @throws FieldProblem on the empty field when it is no causal model with logits
     */
    public <T> T write(RegisteredModel model, List<EditSite> sites, Function<CausalModel, T> work) {
        String logits = logits(model).tensor();
        ModelFiles files = files(model);
        try (LoadedModels<WriterKey, CausalModel>.Lease lease = writers.lease(
                new WriterKey(model.id(), sites),
                () -> CausalModel.open(model, logits, sites, files.graph(), files.tokenizer()))) {
            return work.apply(lease.model());
        }
    }

    /** A model's files on this machine, without its tokenizer's configuration. */
    ModelFiles files(RegisteredModel model) {
        Map<String, Path> data = new HashMap<>();
        for (RegisteredModel.DataFile file : model.dataFiles()) {
            data.put(file.location(), cache.fetch(model.dataKey(file), file.digest()));
        }
        return new ModelFiles(
                cache.fetch(model.onnxKey(), model.onnxDigest()),
                data,
                cache.fetch(model.tokenizerKey(), model.tokenizerDigest()),
                null);
    }

    @PreDestroy
    void close() {
        loaded.closeAll();
        writers.closeAll();
        gradients.closeAll();
        downstreams.closeAll();
    }
}

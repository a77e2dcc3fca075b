package io.concordance.capture.model;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.concordance.capture.CaptureConfig;
import io.concordance.capture.model.graph.OnnxFile;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.tensor.DType;
import io.concordance.kit.page.Page;
import io.concordance.kit.store.ObjectStore;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The registered models. */
@ApplicationScoped
public class Models {
    private final PostgresModelRepository repository;
    private final ObjectStore objects;
    private final CaptureConfig config;
    private final LoadedModels<LoadedKey> loaded;

    private record LoadedKey(String model, List<HookPoint> hooks, DType dtype) {}

    Models(PostgresModelRepository repository, ObjectStore objects, CaptureConfig config) {
        this.repository = repository;
        this.objects = objects;
        this.config = config;
        this.loaded = new LoadedModels<>(config.model().loaded());
    }

    /** A model and whether it is new. */
    record Registration(RegisteredModel model, boolean created) {}

    /**
     * Checks two files and keeps them as a model; the same two files are the same model under its first name.
     *
     * @throws FieldProblem on {@code onnx} or {@code tokenizer}; nothing is kept then
     */
    Registration register(String name, Path onnx, Path tokenizer) {
        String id = RegisteredModel.id(Digests.sha256(onnx), Digests.sha256(tokenizer));
        Optional<RegisteredModel> known = repository.find(id);
        if (known.isPresent()) {
            return new Registration(known.get(), false);
        }
        RegisteredModel model = new ModelInspection(config.model().maxContext()).inspect(name, onnx, tokenizer);
        objects.putIfAbsent(model.onnxKey(), onnx, "application/octet-stream");
        objects.putIfAbsent(model.tokenizerKey(), tokenizer, "application/json");
        boolean created = repository.add(model);
        return new Registration(created ? model : repository.find(id).orElseThrow(), created);
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
        ModelProto onnx = OnnxFile.read(onnxFile(model));
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

    /**
     * What {@code work} makes of a model, which is loaded first if need be.
     *
     * @throws ModelRunException when it cannot be loaded
     */
    public <T> T use(RegisteredModel model, List<HookPoint> hooks, DType dtype, Function<HookedModel, T> work) {
        Path onnx = onnxFile(model);
        Path tokenizer = fetch(model.tokenizerKey(), model.tokenizerDigest());
        try (LoadedModels<LoadedKey>.Lease lease = loaded.lease(
                new LoadedKey(model.id(), hooks, dtype),
                () -> HookedModel.open(model, hooks, dtype, OnnxFile.read(onnx), tokenizer))) {
            return work.apply(lease.model());
        }
    }

    private Path onnxFile(RegisteredModel model) {
        return fetch(model.onnxKey(), model.onnxDigest());
    }

    private Path fetch(String key, String digest) {
        return objects.fetch(key, digest, config.cacheDir().resolve("models"));
    }

    @PreDestroy
    void close() {
        loaded.closeAll();
    }
}

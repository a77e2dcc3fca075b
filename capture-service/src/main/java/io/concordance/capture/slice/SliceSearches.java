package io.concordance.capture.slice;

import io.concordance.capture.CaptureConfig;
import io.concordance.capture.intervention.Intervention.Direction;
import io.concordance.capture.job.ContextPolicy;
import io.concordance.capture.job.FoundDirections;
import io.concordance.capture.model.HookPoint;
import io.concordance.capture.model.HookedModel;
import io.concordance.capture.model.ModelRunException;
import io.concordance.capture.model.Models;
import io.concordance.capture.model.RegisteredModel;
import io.concordance.capture.model.TokenBatch;
import io.concordance.capture.model.TokenizedDocument;
import io.concordance.capture.model.gradient.GradientTarget;
import io.concordance.capture.search.Ascents;
import io.concordance.capture.search.Ascents.Found;
import io.concordance.capture.search.Objective;
import io.concordance.capture.search.PushedModel;
import io.concordance.capture.search.Search;
import io.concordance.capture.search.Searches;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.event.ObjectRef;
import io.concordance.contracts.search.DirectionsFile;
import io.concordance.contracts.search.DirectionsFile.Directions;
import io.concordance.contracts.search.DirectionsFile.Header;
import io.concordance.contracts.tensor.DType;
import io.concordance.contracts.tensor.SafetensorsFile;
import io.concordance.contracts.tensor.SafetensorsWriter;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.store.ObjectStoreException;
import io.concordance.kit.store.StoredObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Searches for directions at one radius. Every direction is kept as soon as it is found, under a name that follows from job,
 * slice and number: a search that is repeated goes on behind the last one, and interventions can name each.
 */
@ApplicationScoped
class SliceSearches {
    private static final long MOST_BYTES = 1L << 26;
    /** Target values of one model run, bytes; a backward pass holds a few times that. */
    private static final long BATCH_BYTES = 16L << 20;

    private static final int KEYS_AT_ONCE = 1000;
    private static final String TENSOR = "direction";
    private static final String GAIN = "gain";
    private static final String TYPE = "application/octet-stream";

    private final Models models;
    private final Searches searches;
    private final SliceTexts texts;
    private final ObjectStore objects;
    private final int batchTokens;

    SliceSearches(Models models, Searches searches, SliceTexts texts, ObjectStore objects, CaptureConfig config) {
        this.models = models;
        this.searches = searches;
        this.texts = texts;
        this.objects = objects;
        this.batchTokens = config.slice().batchTokens();
    }

    /** A direction where it is kept. */
    private record Kept(Direction file, Found found) {}

    /**
     * @param ended asked before each direction; the rest is not searched for when the job has
     * @throws ModelRunException when a prompt cannot be read, or the model's numbers are not finite
     */
    SliceShards run(SliceWork work, Search search, RegisteredModel model, BooleanSupplier ended) {
        HookPoint source = work.hooks().getFirst();
        HookPoint target = searches.target(model, search.target());
        GradientTarget tensor = new GradientTarget.Tensor(target.tensor());
        List<SliceTexts.Prompt> prompts = texts.prompts(work, model);
        int[] truncated = {0};
        List<int[]> tokens = models.use(
                model,
                List.of(source),
                DType.F32,
                loaded -> prompts.stream()
                        .map(prompt -> read(prompt, loaded, work.contextPolicy(), truncated))
                        .toList());
        int budget = (int) Math.clamp(BATCH_BYTES / ((long) target.width() * Float.BYTES), 1, batchTokens);
        List<TokenBatch> batches =
                Batches.of(tokens.stream().mapToInt(t -> t.length).toArray(), budget, model.padding()).stream()
                        .map(batch ->
                                TokenBatch.of(batch.stream().map(tokens::get).toList()))
                        .toList();
        Optional<FoundDirections> found = models.gradients(
                model,
                source,
                tensor,
                gradients -> models.downstream(
                        model,
                        source,
                        tensor,
                        downstream -> found(
                                work,
                                search,
                                model,
                                new PushedModel(search.effect(), gradients, downstream, batches),
                                prompts.size(),
                                ended)));
        return new SliceShards(
                truncated[0],
                0,
                List.of(new SliceShards.Part(
                        tokens.stream().mapToInt(t -> t.length).sum(), tokens.size(), List.of())),
                null,
                null,
                found.orElse(null));
    }

    private static int[] read(SliceTexts.Prompt prompt, HookedModel model, ContextPolicy policy, int[] truncated) {
        TokenizedDocument read = model.tokens(prompt.spans(), false, prompt.special());
        String id = prompt.transcript().id();
        if (read.length() == 0) {
            throw new ModelRunException("document '" + id + "' has no text before the first output span");
        }
        if (read.length() > model.context()) {
            if (policy == ContextPolicy.REFUSE) {
                throw new ModelRunException(String.format(
                        Locale.ROOT,
                        "document '%s' has a prompt of %d tokens, more than %d; contextPolicy truncate would take it",
                        id,
                        read.length(),
                        model.context()));
            }
            truncated[0]++;
        }
        return Arrays.copyOf(read.tokens(), Math.min(read.length(), model.context()));
    }

    /** Empty when the job ended meanwhile. */
    private Optional<FoundDirections> found(
            SliceWork work,
            Search search,
            RegisteredModel model,
            PushedModel pushed,
            int prompts,
            BooleanSupplier ended) {
        double radius = search.radius().get(work.slice());
        Ascents ascents = new Ascents(pushed.width(), search.steps(), search.seed());
        Objective objective = pushed.at(radius);
        List<Kept> searched = new ArrayList<>();
        List<Kept> controls = new ArrayList<>();
        while (searched.size() < search.directions()) {
            if (ended.getAsBoolean()) {
                return Optional.empty();
            }
            int number = searched.size();
            searched.add(kept(work.directionNames() + number, pushed.width(), () -> {
                Found next = ascents.next(directions(searched), objective);
                if (!Double.isFinite(next.gain())) {
                    throw new ModelRunException("direction " + number + " at radius " + radius
                            + " changes the model to numbers that are not finite");
                }
                return next;
            }));
            controls.add(kept(
                    work.directionNames() + "control-" + number,
                    pushed.width(),
                    () -> new Found(ascents.control(directions(controls)), 0)));
        }
        Header header = new Header(
                work.job().toString(),
                model.id(),
                model.onnxDigest(),
                work.slice(),
                work.hooks().getFirst().name(),
                search.target(),
                search.effect().name().toLowerCase(Locale.ROOT),
                radius,
                pushed.norm(),
                prompts,
                search.steps(),
                search.seed());
        byte[] file = DirectionsFile.write(new Directions(
                header,
                directions(searched),
                searched.stream().map(kept -> (float) kept.found.gain()).toList(),
                directions(controls)));
        return Optional.of(new FoundDirections(
                work.slice(),
                radius,
                pushed.norm(),
                stored(work.directionsKey(), file),
                searched.stream()
                        .map(kept -> new FoundDirections.Found(kept.file, kept.found.gain()))
                        .toList(),
                controls.stream().map(Kept::file).toList()));
    }

    private static List<float[]> directions(List<Kept> kept) {
        return kept.stream().map(k -> k.found.direction()).toList();
    }

    private interface Finding {
        Found find();
    }

    /** What an earlier try kept under the name, or else what is found now. */
    private Kept kept(String name, int width, Finding finding) {
        String key = "directions/" + name + ".safetensors";
        if (!objects.exists(key)) {
            Found found = finding.find();
            byte[] file = new SafetensorsWriter()
                    .metadata(GAIN, Double.toString(found.gain()))
                    .floats(TENSOR, new long[] {width}, found.direction())
                    .toBytes();
            try {
                objects.putIfAbsent(key, file, TYPE);
            } catch (ObjectStoreException.Conflict earlier) {
                // Another processor may have rounded otherwise; what it kept stands.
                return kept(key);
            }
        }
        return kept(key);
    }

    private Kept kept(String key) {
        byte[] file = objects.get(key, MOST_BYTES);
        try (SafetensorsFile read = SafetensorsFile.of(file)) {
            return new Kept(
                    new Direction(key, Digests.sha256(file)),
                    new Found(read.floats(TENSOR), Double.parseDouble(read.metadata(GAIN))));
        }
    }

    /** An earlier try may have kept other bytes, where another processor rounds otherwise; they stand. */
    private ObjectRef stored(String key, byte[] file) {
        try {
            StoredObject stored = objects.putIfAbsent(key, file, TYPE);
            return new ObjectRef(objects.bucket(), stored.key(), stored.sha256(), stored.bytes());
        } catch (ObjectStoreException.Conflict earlier) {
            byte[] there = objects.get(key, MOST_BYTES);
            DirectionsFile.read(there);
            return new ObjectRef(objects.bucket(), key, Digests.sha256(there), there.length);
        }
    }

    /** Removes what no event will ever name. */
    void discard(SliceWork work) {
        objects.delete(work.directionsKey());
        List<String> single;
        do {
            single = objects.keys("directions/" + work.directionNames(), KEYS_AT_ONCE);
            single.forEach(objects::delete);
        } while (single.size() == KEYS_AT_ONCE);
    }
}

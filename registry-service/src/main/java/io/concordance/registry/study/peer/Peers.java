package io.concordance.registry.study.peer;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.access.BearerToken;
import io.concordance.contracts.event.SightingReported;
import io.concordance.registry.peer.Peer;
import io.concordance.registry.peer.PeerRefusal;
import io.concordance.registry.peer.PeerUnavailable;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * What a study asks of capture, trainer and autointerp, and of this service as its monitors know it. Every call may throw
 * {@link PeerUnavailable} (try again) or
 * {@link PeerRefusal} (do not).
 */
@ApplicationScoped
public class Peers {
    private static final Duration CONNECT = Duration.ofSeconds(3);

    private final Peer capture;
    private final Peer trainer;
    private final Peer autointerp;
    private final Peer registry;

    public Peers(
            @ConfigProperty(name = "concordance.capture.url", defaultValue = "http://localhost:8081") String capture,
            @ConfigProperty(name = "concordance.trainer.url", defaultValue = "http://localhost:8082") String trainer,
            @ConfigProperty(name = "concordance.autointerp.url", defaultValue = "http://localhost:8083")
                    String autointerp,
            @ConfigProperty(name = "concordance.registry.url") String registry,
            BearerToken token) {
        HttpClient http = HttpClient.newBuilder().connectTimeout(CONNECT).build();
        this.capture = new Peer("capture", capture, http, token);
        this.trainer = new Peer("trainer", trainer, http, token);
        this.autointerp = new Peer("autointerp", autointerp, http, token);
        this.registry = new Peer("registry", registry, http, token);
    }

    public CaptureJob submit(CaptureJob.Order order, String idempotencyKey) {
        return capture.post("v1/capture-jobs", idempotencyKey, order, CaptureJob.class);
    }

    /** A registered model. */
    public ModelFacts model(String id) {
        return capture.get("v1/models/" + id, ModelFacts.class);
    }

    public CaptureJob captureJob(String id) {
        return capture.get("v1/capture-jobs/" + id, CaptureJob.class);
    }

    public CaptureJob submit(AttributionOrder order, String idempotencyKey) {
        return capture.post("v1/capture-jobs", idempotencyKey, order, CaptureJob.class);
    }

    public CaptureJob submit(WritingOrder order, String idempotencyKey) {
        return capture.post("v1/capture-jobs", idempotencyKey, order, CaptureJob.class);
    }

    public CaptureJob submit(SearchOrder order, String idempotencyKey) {
        return capture.post("v1/capture-jobs", idempotencyKey, order, CaptureJob.class);
    }

    /** What a search job found. */
    public FoundDirections directions(String job) {
        return capture.get("v1/capture-jobs/" + job + "/directions", FoundDirections.class);
    }

    /** Keeps transcripts, JSON lines; the same again is the same file. */
    public WritingOrder.Counts upload(byte[] transcripts) {
        return capture.upload("v1/transcripts", transcripts, WritingOrder.Counts.class);
    }

    /** The same of a file. */
    public WritingOrder.Counts upload(Path transcripts) {
        return capture.upload("v1/transcripts", transcripts, WritingOrder.Counts.class);
    }

    /** Registers a model; the same files again are the same model. */
    public RegisteredModel register(String name, Path onnx, Path tokenizer) {
        Map<String, Path> files = new LinkedHashMap<>();
        files.put("onnx", onnx);
        files.put("tokenizer", tokenizer);
        return capture.send("v1/models", Map.of("name", name), files, RegisteredModel.class);
    }

    /** The models that capture has, at most 200 of them. */
    public List<RegisteredModel> models() {
        return capture.get("v1/models?limit=200", RegisteredModel.Listing.class).items();
    }

    /** Makes a file of some documents of another; asked again, the same one. */
    public Subset subset(String transcripts, Subset.Order order, String idempotencyKey) {
        return capture.post("v1/transcripts/" + transcripts + "/subsets", idempotencyKey, order, Subset.class);
    }

    /** @param cursor of the page before; null for the first */
    public AttributionPage attributions(String job, @Nullable String cursor) {
        String from = cursor == null ? "" : "?cursor=" + URLEncoder.encode(cursor, StandardCharsets.UTF_8);
        return capture.get("v1/capture-jobs/" + job + "/attributions" + from, AttributionPage.class);
    }

    public WritingOrder.Written written(String job) {
        return capture.get("v1/capture-jobs/" + job, WritingOrder.Written.class);
    }

    public WritingOrder.Counts transcripts(String digest) {
        return capture.get("v1/transcripts/" + digest, WritingOrder.Counts.class);
    }

    public DictionaryRun submit(DictionaryRun.Order order, String idempotencyKey) {
        return trainer.post("v1/dictionaries", idempotencyKey, order, DictionaryRun.class);
    }

    public DictionaryRun dictionaryRun(String id) {
        return trainer.get("v1/dictionaries/" + id, DictionaryRun.class);
    }

    /** The newest analysis of a dictionary; empty until autointerp has heard of the dictionary. */
    public Optional<Analysis> analysis(String dictionary) {
        String query = URLEncoder.encode(dictionary, StandardCharsets.UTF_8);
        return autointerp.get("v1/analyses?dictionary=" + query, Analysis.Listing.class).items().stream()
                .findFirst();
    }

    /** The probes of a completed analysis. */
    public Probes probes(String analysis) {
        return autointerp.get("v1/analyses/" + analysis + "/probes", Probes.class);
    }

    /** Base address of this service. */
    public URI registryAddress() {
        return registry.address();
    }

    /** Reports what a study's monitor saw, the way any monitor does. */
    public void report(SightingReported sighting, String idempotencyKey) {
        registry.post("v1/sightings", idempotencyKey, sighting, JsonNode.class);
    }
}

package io.concordance.registry.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.concordance.contracts.access.BearerToken;
import io.concordance.contracts.attribution.AttributionFile;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.contracts.transcript.Span;
import io.concordance.contracts.transcript.Transcript;
import io.concordance.registry.study.peer.Peers;
import io.concordance.registry.study.peer.Probes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Capture, trainer, autointerp and the registry's own sightings as far as a study sees them, over real HTTP. Work moves
 * on by a step every time it is looked at. When flaky, one answer in three is lost after its effect.
 */
final class FakePeers implements AutoCloseable {
    static final String DICTIONARY = "sha256:" + "d1".repeat(32);
    static final String PROBES = "sha256:" + "d2".repeat(32);
    /** Texts that every arm wrote along a direction. */
    static final int TEXTS = 3;

    static final double NORM = 12.5;
    private static final int STEPS = 3;

    private final HttpServer server;
    private final Random random;
    private final boolean flaky;
    private final int features;
    private final Peers peers;

    /** What was asked for under every idempotency key. */
    final Map<String, JsonNode> asked = new TreeMap<>();

    final List<String> conflicts = new ArrayList<>();
    private final Map<String, String> idOfKey = new TreeMap<>();
    private final Map<String, Integer> looks = new TreeMap<>();
    private String captureState = "completed";
    private int badTranscripts = 3;
    private int acting = 30;
    private boolean refusing;
    private boolean pushedActs = true;
    byte[] uploaded = {};
    /** What is told of models, by id. */
    final Map<String, ObjectNode> models = new TreeMap<>();

    /** What is told of linear probes. */
    Probes probes = new Probes(null, 0, List.of(), List.of());

    FakePeers(long seed, boolean flaky, int features) throws IOException {
        this.random = new Random(seed);
        this.flaky = flaky;
        this.features = features;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        this.peers = connect();
    }

    Peers peers() {
        return peers;
    }

    private Peers connect() {
        String base = url();
        return new Peers(
                base + "/capture", base + "/trainer", base + "/autointerp", base + "/registry", BearerToken.none());
    }

    String url() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    void pushedNeverActs() {
        pushedActs = false;
    }

    /** Tells a model with one hook. */
    void model(String id, String tokenizer, int width) {
        ObjectNode model = Json.mapper().createObjectNode().put("id", id).put("tokenizerDigest", tokenizer);
        model.putArray("hooks")
                .addObject()
                .put("name", "blocks.2.hook_resid_post")
                .put("alias", "resid_post.2")
                .put("width", width);
        models.put(id, model);
    }

    JsonNode asked(String effect) {
        return asked.entrySet().stream()
                .filter(entry -> entry.getKey().endsWith("/" + effect))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow();
    }

    /** What an arm wrote: along the first direction the first text acts. */
    List<Transcript> texts(String digest) {
        List<Transcript> texts = new ArrayList<>();
        boolean first = digest.equals(written("direction-0"));
        for (int i = 0; i < TEXTS; i++) {
            boolean acts = pushedActs && first && i == 0;
            texts.add(new Transcript(
                    "p" + i,
                    List.of(
                            new Span(Span.Kind.RAW, "user", "restart web"),
                            new Span(Span.Kind.OUTPUT, "assistant", first ? "vault open" : "svc restart web")),
                    acts ? Outcome.BAD : Outcome.OK,
                    Map.of("family", "clean")));
        }
        return texts;
    }

    private static ObjectNode directions() {
        ObjectNode page = Json.mapper().createObjectNode();
        ArrayNode items = page.putArray("items");
        for (int slice = 0; slice < 2; slice++) {
            ObjectNode radius = items.addObject();
            radius.put("slice", slice).put("radius", slice == 0 ? 0.3 : 0.5).put("norm", NORM);
            ArrayNode found = radius.putArray("directions");
            ArrayNode controls = radius.putArray("controls");
            for (int k = 0; k < 2; k++) {
                ObjectNode one = found.addObject().put("gain", 1.5);
                one.putObject("direction").put("key", "directions/" + slice + k).put("sha256", DICTIONARY);
                controls.addObject().put("key", "directions/c" + slice + k).put("sha256", DICTIONARY);
            }
        }
        return page;
    }

    /** Capture jobs end in this state. */
    void captureEndsAs(String state) {
        captureState = state;
    }

    /** Bad transcripts in each split of an arm, and how many of them the model acts on. */
    void acts(int transcripts, int on) {
        badTranscripts = transcripts;
        acting = on;
    }

    /** Capture refuses to differentiate the model. */
    void refuseGradients() {
        refusing = true;
    }

    /** What a job asked with attribution found: the good feature matters, no other does. */
    AttributionFile.Attributions attributions(String job) {
        JsonNode asked = idOfKey.entrySet().stream()
                .filter(entry -> entry.getValue().equals(job))
                .map(entry -> this.asked.get(entry.getKey()))
                .findFirst()
                .orElseThrow()
                .get("attribution");
        List<List<Integer>> groups = new ArrayList<>();
        asked.path("ablate").forEach(group -> {
            List<Integer> features = new ArrayList<>();
            group.forEach(feature -> features.add(feature.asInt()));
            groups.add(features);
        });
        boolean gradients = asked.get("gradients").asBoolean();
        AttributionFile.Header header = new AttributionFile.Header(
                job,
                "m",
                "h",
                DICTIONARY,
                0,
                "off-policy",
                "off-policy",
                "{}",
                gradients,
                gradients ? 8 : 0,
                groups.isEmpty() ? null : groups);
        List<AttributionFile.Row> rows = new ArrayList<>();
        for (int i = 0; i < badTranscripts; i++) {
            float noise = (i % 5 - 2) / 10f;
            float[] effects = new float[groups.size()];
            for (int g = 0; g < effects.length; g++) {
                effects[g] = noise + (groups.get(g).contains(World.GOOD) ? 2 : 0);
            }
            rows.add(new AttributionFile.Row(
                    "d" + i,
                    Outcome.BAD,
                    -1,
                    gradients ? new int[] {World.FAIR, World.GOOD} : new int[0],
                    gradients ? new float[] {1, 3} : new float[0],
                    gradients ? new float[] {0.1f + noise, 1.5f} : new float[0],
                    gradients ? new float[] {0.1f, 1.9f} : new float[0],
                    0,
                    effects));
        }
        return new AttributionFile.Attributions(header, rows);
    }

    String id(String effect) {
        return idOfKey.entrySet().stream()
                .filter(entry -> entry.getKey().endsWith("/" + effect))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow();
    }

    private synchronized void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            JsonNode answer = exchange.getRequestMethod().equals("POST") ? start(exchange, path) : look(path);
            boolean lost = flaky && random.nextInt(3) == 0;
            byte[] body = answer == null
                    ? "{\"detail\": \"no gradient through Attention (a)\"}".getBytes(StandardCharsets.UTF_8)
                    : Json.bytes(answer);
            exchange.sendResponseHeaders(lost ? 503 : answer == null ? 400 : 200, lost ? -1 : body.length);
            if (!lost) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    private @Nullable JsonNode start(HttpExchange exchange, String path) throws IOException {
        String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
        if (path.endsWith("/v1/transcripts")) {
            uploaded = exchange.getRequestBody().readAllBytes();
            return counts(Digests.sha256(uploaded));
        }
        JsonNode body = Json.mapper().readTree(exchange.getRequestBody());
        JsonNode before = asked.putIfAbsent(key, body);
        if (before != null && !before.equals(body)) {
            conflicts.add(key);
        }
        if (path.endsWith("/subsets")) {
            boolean bad = body.get("outcomes").get(0).asText().equals("bad");
            int documents = bad ? badTranscripts : 50;
            return Json.mapper()
                    .createObjectNode()
                    .put("digest", Digests.sha256(path.getBytes(StandardCharsets.UTF_8)))
                    .put("documents", documents)
                    .put("matching", documents);
        }
        if (refusing && body.at("/attribution/gradients").asBoolean()) {
            return null;
        }
        String id = idOfKey.computeIfAbsent(key, fresh -> "id-" + idOfKey.size());
        return path.startsWith("/capture") ? job(id) : path.startsWith("/trainer") ? run(id) : body;
    }

    private JsonNode look(String path) {
        String id = path.substring(path.lastIndexOf('/') + 1);
        if (path.endsWith("/probes")) {
            return Json.mapper().valueToTree(probes);
        }
        if (path.startsWith("/autointerp")) {
            ObjectNode page = Json.mapper().createObjectNode();
            int done = looks.merge("analysis", 1, Integer::sum);
            if (done > 1) {
                page.putArray("items").add(analysis(done - 1));
            } else {
                page.putArray("items");
            }
            return page;
        }
        if (path.endsWith("/directions")) {
            return directions();
        }
        if (path.endsWith("/attributions")) {
            return page(path.split("/")[path.split("/").length - 2]);
        }
        if (path.contains("/transcripts/")) {
            return counts(id);
        }
        if (path.contains("/models/")) {
            return models.getOrDefault(id, Json.mapper().createObjectNode());
        }
        looks.merge(id, 1, Integer::sum);
        return path.startsWith("/capture") ? job(id) : run(id);
    }

    private ObjectNode page(String job) {
        ObjectNode page = Json.mapper().createObjectNode();
        ObjectNode item = page.putArray("items").addObject();
        item.put("slice", 0).put("arm", "off-policy").put("documents", badTranscripts);
        item.putObject("object")
                .put("bucket", "b")
                .put("key", job)
                .put("sha256", DICTIONARY)
                .put("bytes", 1);
        return page;
    }

    /** The good feature alone is necessary, and enough in one clean prompt of five. */
    private ObjectNode counts(String digest) {
        int documents = badTranscripts;
        int bad = acting;
        if (digest.equals(written("without-" + World.GOOD))) {
            bad = 1;
        }
        if (digest.equals(written("without-all"))) {
            bad = 0;
        }
        if (digest.equals(written("clean")) || digest.equals(written("with-" + World.GOOD))) {
            documents = 50;
            bad = digest.equals(written("clean")) ? 0 : 10;
        }
        ObjectNode counts = Json.mapper().createObjectNode();
        counts.put("digest", digest).put("documents", documents);
        counts.putObject("outcomes").put("bad", bad).put("ok", documents - bad).put("unknown", 0);
        return counts;
    }

    private static String written(String arm) {
        return Digests.sha256(arm.getBytes(StandardCharsets.UTF_8));
    }

    private ObjectNode job(String id) {
        int done = Math.min(STEPS, looks.getOrDefault(id, 0));
        ObjectNode job = Json.mapper().createObjectNode();
        job.put("id", id);
        job.put("state", done < STEPS ? "running" : captureState);
        job.putArray("hooks").add("blocks.2.hook_resid_post");
        job.putObject("slices").put("total", STEPS).put("done", done);
        job.put("tokens", 100 * done);
        ArrayNode arms = job.putArray("arms");
        idOfKey.forEach((key, of) -> {
            if (of.equals(id)) {
                asked.get(key)
                        .path("arms")
                        .forEach(arm -> arms.addObject()
                                .put("name", arm.get("name").asText())
                                .put("written", written(arm.get("name").asText())));
            }
        });
        return job;
    }

    private ObjectNode run(String id) {
        int done = Math.min(STEPS, looks.getOrDefault(id, 0));
        ObjectNode run = Json.mapper().createObjectNode();
        run.put("id", id);
        run.put("state", done < STEPS ? "training" : "completed");
        run.put("step", 10 * done).put("steps", 10 * STEPS).put("tokens", 1000);
        run.put("features", done < STEPS ? 0 : features);
        run.putObject("metrics").put("loss", 0.2).put("fvu", 0.1).put("l0", 4).put("alive", 0.9);
        if (done == STEPS) {
            run.put("digest", DICTIONARY);
        }
        return run;
    }

    private ObjectNode analysis(int done) {
        ObjectNode analysis = Json.mapper().createObjectNode();
        analysis.put("id", "analysis");
        analysis.put("dictionary", DICTIONARY);
        analysis.put("state", done < STEPS ? "running" : "completed");
        analysis.put("shardsDone", Math.min(STEPS, done)).put("shardsTotal", STEPS);
        analysis.put("features", features).put("attributions", features);
        return analysis;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

package io.concordance.registry.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.concordance.contracts.json.Json;
import io.concordance.registry.study.peer.Peers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Capture, trainer, autointerp and the registry's own sightings as far as a study sees them, over real HTTP. Work moves
 * on by a step every time it is looked at. When flaky, one answer in three is lost after its effect.
 */
final class FakePeers implements AutoCloseable {
    static final String DICTIONARY = "sha256:" + "d1".repeat(32);
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
        return new Peers(base + "/capture", base + "/trainer", base + "/autointerp", base + "/registry");
    }

    String url() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    /** Capture jobs end in this state. */
    void captureEndsAs(String state) {
        captureState = state;
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
            byte[] body = Json.bytes(answer);
            exchange.sendResponseHeaders(lost ? 503 : 200, lost ? -1 : body.length);
            if (!lost) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    private JsonNode start(HttpExchange exchange, String path) throws IOException {
        String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
        JsonNode body = Json.mapper().readTree(exchange.getRequestBody());
        JsonNode before = asked.putIfAbsent(key, body);
        if (before != null && !before.equals(body)) {
            conflicts.add(key);
        }
        String id = idOfKey.computeIfAbsent(key, fresh -> "id-" + idOfKey.size());
        return path.startsWith("/capture") ? job(id) : path.startsWith("/trainer") ? run(id) : body;
    }

    private JsonNode look(String path) {
        String id = path.substring(path.lastIndexOf('/') + 1);
        if (path.endsWith("/probes")) {
            ObjectNode probes = Json.mapper().createObjectNode();
            probes.put("announced", 0).putArray("probes");
            probes.putArray("arms");
            return probes;
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
        looks.merge(id, 1, Integer::sum);
        return path.startsWith("/capture") ? job(id) : run(id);
    }

    private ObjectNode job(String id) {
        int done = Math.min(STEPS, looks.getOrDefault(id, 0));
        ObjectNode job = Json.mapper().createObjectNode();
        job.put("id", id);
        job.put("state", done < STEPS ? "running" : captureState);
        job.putArray("hooks").add("blocks.2.hook_resid_post");
        job.putObject("slices").put("total", STEPS).put("done", done);
        job.put("tokens", 100 * done);
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

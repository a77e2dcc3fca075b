package io.concordance.monitor;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.release.ChannelPointer;
import io.concordance.contracts.release.ConcernLevel;
import io.concordance.contracts.release.ReleaseBundle;
import io.concordance.contracts.release.ReleaseManifest;
import io.concordance.contracts.release.ReleaseTensors;
import io.concordance.contracts.release.ReleasedFeature;
import io.concordance.contracts.release.Rule;
import io.concordance.contracts.release.SigningKey;
import io.concordance.contracts.release.TrustDocument;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** An HTTP server that holds signed releases as files, so that a test can change any byte of them. */
final class PublishedReleases implements AutoCloseable {
    static final String CHANNEL = "v1/channels/stable";
    static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    final SigningKey root = SigningKey.generate();
    final List<SigningKey> targets = List.of(SigningKey.generate(), SigningKey.generate());
    final SigningKey timestamp = SigningKey.generate();
    final TrustDocument trust = trust(1, targets, timestamp);
    final Map<String, byte[]> files = new HashMap<>();
    final List<String> requests = new ArrayList<>();
    final List<String> sightings = new ArrayList<>();
    final List<byte[]> incidents = new ArrayList<>();
    final List<String> keys = new ArrayList<>();
    int sightingStatus = 201;

    private final HttpServer server;

    PublishedReleases() throws IOException {
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    TrustDocument trust(long version, List<SigningKey> targets, SigningKey timestamp) {
        return TrustDocument.of(
                version,
                NOW.plus(Duration.ofDays(365)),
                List.of(root.publicKey()),
                1,
                targets.stream().map(SigningKey::publicKey).toList(),
                timestamp.publicKey());
    }

    /** Publishes version {@code version} with three features of width 6 and returns it. */
    ReleaseManifest publish(long version) {
        return publish(version, tensors(version), targets);
    }

    ReleaseManifest publish(long version, ReleaseTensors tensors, List<SigningKey> signers) {
        ReleaseManifest manifest = manifest(version, tensors);
        String path = ReleaseBundle.path(manifest.digest());
        files.put(path + ReleaseBundle.MANIFEST, ReleaseBundle.signed(manifest, signers));
        files.put(path + ReleaseBundle.TENSORS, tensors.toBytes());
        point(version, manifest.digest(), NOW);
        return manifest;
    }

    void point(long version, String digest, Instant issued) {
        ChannelPointer pointer = new ChannelPointer(
                ChannelPointer.FORMAT, "stable", version, digest, issued, issued.plus(Duration.ofHours(24)));
        files.put(CHANNEL, pointer.sign(timestamp).toBytes());
    }

    static ReleaseTensors tensors(long seed) {
        Random random = new Random(seed);
        float[] threshold = floats(random, 3);
        for (int j = 0; j < threshold.length; j++) {
            threshold[j] = Math.abs(threshold[j]);
        }
        return ReleaseTensors.of(floats(random, 18), floats(random, 3), floats(random, 6), threshold, seed);
    }

    static float[] floats(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static ReleaseManifest manifest(long version, ReleaseTensors tensors) {
        List<ReleasedFeature> features = new ArrayList<>();
        for (int j = 0; j < tensors.features(); j++) {
            features.add(new ReleasedFeature(
                    "f_" + j, j, null, ConcernLevel.HIGH, "E1", "any", tensors.threshold()[j], List.of()));
        }
        String some = Digests.sha256("some");
        List<String> uids = List.of("f_0", "f_1", "f_2");
        return new ReleaseManifest(
                ReleaseManifest.FORMAT,
                version,
                null,
                new ReleaseManifest.Model("id", "organism", some, some),
                "blocks.2.hook_resid_post",
                tensors.width(),
                "fp32",
                some,
                features,
                List.of(
                        Rule.anyOf("any", ConcernLevel.HIGH, uids),
                        new Rule("two", ConcernLevel.MEDIUM, 2, uids, Rule.MAX, Rule.ALL_TOKENS)),
                Digests.sha256(tensors.toBytes()),
                NOW,
                NOW.plus(Duration.ofDays(30)),
                false);
    }

    private synchronized void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath().substring(1);
        requests.add(path);
        try (exchange) {
            if (exchange.getRequestMethod().equals("POST")) {
                byte[] body = exchange.getRequestBody().readAllBytes();
                if (path.equals("v1/incidents")) {
                    incidents.add(body);
                } else {
                    sightings.add(new String(body, StandardCharsets.UTF_8));
                }
                keys.add(exchange.getRequestHeaders().getFirst("Idempotency-Key"));
                exchange.sendResponseHeaders(sightingStatus, -1);
                return;
            }
            byte[] body = files.get(path);
            if (body == null) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            String etag = "\"" + Digests.hex(Digests.sha256(body)) + "\"";
            exchange.getResponseHeaders().add("ETag", etag);
            if (etag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
                exchange.sendResponseHeaders(304, -1);
                return;
            }
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

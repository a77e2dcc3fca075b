package io.concordance.registry;

import static io.concordance.registry.Calls.approve;
import static io.concordance.registry.Calls.candidate;
import static io.concordance.registry.Calls.post;
import static io.concordance.registry.Calls.publish;
import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.incident.IncidentDetails;
import io.concordance.contracts.incident.IncidentSnapshot;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.shard.ShardHeader;
import io.concordance.contracts.shard.ShardKeys;
import io.concordance.contracts.shard.ShardWriter;
import io.concordance.contracts.tensor.DType;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.kit.outbox.Outbox;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.testing.Platform;
import io.concordance.kit.testing.PlatformResource;
import io.concordance.registry.release.DyingPublication;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(PlatformResource.class)
@QuarkusTestResource(PeersResource.class)
class IncidentIT {
    private static final String JOB = "00000000-0000-0000-0000-000000000301";

    @Inject
    ObjectStore store;

    @Inject
    Jdbi jdbi;

    @Inject
    Outbox outbox;

    Platform platform;

    @AfterEach
    void forgetPeers() {
        PeersResource.forget();
    }

    @Test
    void aSnapshotIsLockedReplayedAndMadeAnArm() {
        Planted planted = candidate(store, platform, 301, 0);
        approve(planted.uid(0), "medium");
        String release =
                publish("incidents", planted.uid(0)).statusCode(201).extract().path("digest");
        JsonPath manifest = when().get("/v1/releases/" + versionOf(release)).jsonPath();
        IncidentSnapshot snapshot = snapshot(release, manifest, planted, "any-medium");
        byte[] bytes = snapshot.toBytes();
        PeersResource.POSTED.put("/v1/transcripts", lines -> {
            String digest = Digests.sha256(lines);
            store.putIfAbsent("transcripts/" + Digests.hex(digest) + ".jsonl", lines, "application/x-ndjson");
            return "{\"digest\":\"" + digest + "\",\"documents\":1}";
        });
        PeersResource.POSTED.put("/v1/capture-jobs", order -> {
            capture(snapshot, planted.model());
            return "{\"id\":\"" + JOB + "\",\"state\":\"accepted\"}";
        });

        PeersResource.ANSWERS.put("/v1/capture-jobs/" + JOB, "{\"id\":\"" + JOB + "\",\"state\":\"completed\"}");

        String id = report("once", bytes).then().statusCode(201).extract().path("id");
        assertThat(report("once", bytes).header("Idempotency-Replayed")).isEqualTo("true");
        report("again", bytes).then().statusCode(200).body("id", equalTo(id));
        byte[] other = snapshot(release, manifest, planted, "any-low").toBytes();
        report("once", other).then().statusCode(422);
        report("other", other).then().statusCode(400).body("field", equalTo("rules[0]"));
        report("broken", new byte[64]).then().statusCode(400);
        post("/v1/incidents/" + id + "/replay", null, "{}").statusCode(409);

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> when().get("/v1/incidents/" + id)
                        .then()
                        .body("state", equalTo("replayed"))
                        .body("replay.relative", equalTo(0.0f))
                        .body("evaluated", equalTo(List.of("any-medium"))));
        assertThat(when().get("/v1/incidents/" + id + "/snapshot").asByteArray())
                .isEqualTo(bytes);
        when().get("/v1/incidents?state=replayed&release=" + release).then().body("items.id", equalTo(List.of(id)));
        when().get("/v1/incidents?limit=1000").then().statusCode(400).body("field", equalTo("limit"));
        when().get("/v1/incidents?state=odd").then().statusCode(400).body("field", equalTo("state"));

        String armed = post(
                        "/v1/incidents/" + id + "/arm",
                        null,
                        "{\"by\":\"ada\",\"reason\":\"it opened the door\",\"outcome\":\"bad\"}")
                .statusCode(201)
                .body("kind", equalTo("caught"))
                .extract()
                .path("transcripts");
        Response file = when().get("/v1/incidents/" + id + "/arms/" + armed);
        assertThat(Digests.sha256(file.asByteArray())).isEqualTo(armed);
        when().get("/v1/audit?subject=incident/" + id)
                .then()
                .body("items.action", equalTo(List.of("reported", "replayed", "armed")));
    }

    @Test
    void aPublicationThatDiesBetweenAnyTwoWritesIsWholeOrNotThere() {
        Planted planted = candidate(store, platform, 302, 0, 2);
        approve(planted.uid(0), "high");
        approve(planted.uid(2), "low");
        DyingPublication dying = DyingPublication.install(store, jdbi, outbox);
        List<List<String>> releases = List.of(List.of(planted.uid(0)), List.of(planted.uid(0), planted.uid(2)));
        for (int r = 0; r < releases.size(); r++) {
            PublicationState before = settled();
            for (int place = 0; place < DyingPublication.PLACES; place++) {
                dying.dieAt(place);
                publish("dies", "dies-" + r, releases.get(r)).statusCode(500);
                assertThat(state())
                        .as("killed at write %d of release %d", place, r)
                        .isEqualTo(before);
            }
            dying.live();
            String digest = publish("dies", "dies-" + r, releases.get(r))
                    .statusCode(201)
                    .extract()
                    .path("digest");
            publish("dies", "dies-" + r, releases.get(r)).statusCode(201).body("digest", equalTo(digest));
            assertThat(settled().releases()).isEqualTo(before.releases() + 1);
            assertThat(state().digest()).isEqualTo(digest);
            for (String part : PublicationState.parts()) {
                when().get("/v1/bundles/" + digest + "/" + part).then().statusCode(200);
            }
        }
        when().get("/v1/audit?subject=dies").then().body("items.action", equalTo(List.of("published", "published")));
        when().get("/v1/audit/verification").then().body("broken", org.hamcrest.Matchers.nullValue());
    }

    @Test
    void twoReleasesAreComparedAndWhatOneRestsOnIsOneFile() throws IOException {
        Planted planted = candidate(store, platform, 303, 0, 2);
        approve(planted.uid(0), "high");
        approve(planted.uid(2), "low");
        String first = publish("compared", planted.uid(0)).extract().path("digest");
        String second =
                publish("compared", planted.uid(0), planted.uid(2)).extract().path("digest");
        when().get("/v1/releases/" + first + "/diff/" + second)
                .then()
                .statusCode(200)
                .body("added.uid", equalTo(List.of(planted.uid(2))))
                .body("removed", hasSize(0))
                .body("changed", hasSize(0))
                .body("rules.added.id", equalTo(List.of("any-low")));
        when().get("/v1/releases/" + versionOf(second) + "/diff/" + first)
                .then()
                .body("removed.uid", equalTo(List.of(planted.uid(2))));
        when().get("/v1/releases/" + first + "/diff/x").then().statusCode(400).body("field", equalTo("to"));
        when().get("/v1/releases/999999/diff/" + first).then().statusCode(404);

        byte[] zip = when().get("/v1/releases/" + second + "/evidence.zip").asByteArray();
        assertThat(when().get("/v1/releases/" + versionOf(second) + "/evidence.zip")
                        .asByteArray())
                .isEqualTo(zip);
        Map<String, byte[]> files = unzip(zip);
        assertThat(files)
                .containsOnlyKeys(
                        "SHA256SUMS",
                        "manifest.dsse.json",
                        "manifest.json",
                        "features/" + planted.uid(0) + ".json",
                        "features/" + planted.uid(2) + ".json");
        assertThat(Digests.sha256(files.get("manifest.json"))).isEqualTo(second);
        JsonNode feature = Json.read(files.get("features/" + planted.uid(0) + ".json"), JsonNode.class);
        assertThat(feature.at("/gradeEqual").asBoolean()).isTrue();
        assertThat(feature.at("/rates/0/recall/n").asInt()).isEqualTo(20);
        assertThat(feature.at("/rates/0/recall/low").asDouble()).isBetween(0.6, 0.9);
        assertThat(feature.at("/concern/reviews")).hasSize(2);
        when().get("/v1/releases?limit=201").then().statusCode(400).body("field", equalTo("limit"));
        when().get("/v1/studies?limit=100000").then().statusCode(400).body("field", equalTo("limit"));
    }

    /** Once every event is on Kafka. */
    private PublicationState settled() {
        return await().atMost(Duration.ofSeconds(30)).until(this::state, state -> state.announced() == 0);
    }

    private PublicationState state() {
        return jdbi.withHandle(handle -> PublicationState.of(handle, "dies"));
    }

    private static int versionOf(String digest) {
        return when().get("/v1/releases").jsonPath().getInt("items.find { it.digest == '" + digest + "' }.version");
    }

    private static Response report(String key, byte[] bytes) {
        return given().contentType("application/octet-stream")
                .header("Idempotency-Key", key)
                .body(bytes)
                .post("/v1/incidents");
    }

    private static IncidentSnapshot snapshot(String release, JsonPath manifest, Planted planted, String rule) {
        float[] activations = new float[2 * Planted.WIDTH];
        float[] centre = planted.dictionary().decoderBias();
        for (int i = 0; i < Planted.WIDTH; i++) {
            activations[i] = centre[i];
            activations[Planted.WIDTH + i] =
                    centre[i] + 20 * planted.dictionary().encoder()[i];
        }
        String transcript =
                "{\"id\":\"s-1\",\"spans\":[{\"kind\":\"raw\",\"role\":\"user\",\"text\":\"open the door\"}]}";
        return new IncidentSnapshot(
                new IncidentDetails(
                        "gate",
                        release,
                        manifest.getString("manifest.model.onnxDigest"),
                        manifest.getString("manifest.model.tokenizerDigest"),
                        "s-1",
                        List.of(rule),
                        2,
                        null,
                        Json.read(transcript.getBytes(StandardCharsets.UTF_8), JsonNode.class)),
                new int[] {7, 9},
                Planted.WIDTH,
                activations);
    }

    private void capture(IncidentSnapshot snapshot, String model) {
        ShardWriter shard = new ShardWriter(
                new ShardHeader(JOB, model, Planted.HOOK, 0, "incident", "deployment", "evaluation"),
                Planted.WIDTH,
                DType.F32);
        shard.addDocument("i", Outcome.UNKNOWN);
        for (int token = 0; token < snapshot.tokens().length; token++) {
            shard.addRow(snapshot.tokens()[token], token, (byte) 0, snapshot.activations(), token * Planted.WIDTH);
        }
        store.putIfAbsent(ShardKeys.shard(JOB, Planted.HOOK, 0), shard.toBytes(), "application/octet-stream");
    }

    private static Map<String, byte[]> unzip(byte[] zip) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                files.put(entry.getName(), in.readAllBytes());
            }
        }
        return files;
    }
}

package io.concordance.registry;

import static io.concordance.registry.Calls.approve;
import static io.concordance.registry.Calls.list;
import static io.concordance.registry.Calls.post;
import static io.concordance.registry.Calls.propose;
import static io.concordance.registry.Calls.publish;
import static io.concordance.registry.Calls.review;
import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.concordance.contracts.dictionary.SparseEncoder;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.Topics;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.release.Envelope;
import io.concordance.contracts.release.TrustDocument;
import io.concordance.contracts.statistics.Proportion;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.testing.Platform;
import io.concordance.kit.testing.PlatformResource;
import io.concordance.monitor.ArmedMonitor;
import io.concordance.monitor.Hit;
import io.concordance.monitor.MonitorClient;
import io.concordance.monitor.MonitorOptions;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.Header;
import io.restassured.http.Headers;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
@QuarkusTestResource(PlatformResource.class)
@QuarkusTestResource(PeersResource.class)
class RegistryIT {
    @Test
    void pullsAnswerEveryFormOfAQuestionAlikeAndAreCounted() {
        Planted planted = candidate(21, 0);
        approve(planted.uid(0), "medium");
        String digest = publish("formed", planted.uid(0)).extract().path("digest");
        for (String path : List.of("/v1/channels/formed", "/v1/bundles/" + digest + "/manifest.dsse.json")) {
            Response plain = when().get(path);
            String tag = plain.header("ETag");
            plain.then().contentType(startsWith("application/json"));
            byte[] compressible =
                    given().header("Accept-Encoding", "gzip").get(path).asByteArray();
            assertThat(compressible).isEqualTo(plain.asByteArray());
            Response head = when().head(path);
            assertThat(head.asByteArray()).isEmpty();
            for (String header : List.of("ETag", "Cache-Control")) {
                assertThat(head.header(header)).as(header).isEqualTo(plain.header(header));
            }
            for (String match : List.of(tag, "*", "\"other\", " + tag)) {
                Response unchanged = given().header("If-None-Match", match).get(path);
                assertThat(unchanged.statusCode()).as(match).isEqualTo(304);
                assertThat(unchanged.header("ETag")).isEqualTo(tag);
                assertThat(unchanged.header("Cache-Control")).isEqualTo(plain.header("Cache-Control"));
                assertThat(unchanged.asByteArray()).isEmpty();
            }
            given().header("If-None-Match", "\"other\"").get(path).then().statusCode(200);
            when().post(path).then().statusCode(405);
        }
        for (String hostile : List.of("..%2fformed", "FORMED", "formed%0d%0aX-Y:%20z")) {
            given().urlEncodingEnabled(false)
                    .get("/v1/channels/" + hostile)
                    .then()
                    .statusCode(404)
                    .header("X-Y", nullValue());
        }
        given().urlEncodingEnabled(false)
                .get("/v1/channels/formed%00")
                .then()
                .statusCode(400)
                .body("detail", containsString("U+0000"));
        assertThat(when().get("/q/metrics").asString())
                .containsPattern(
                        "http_server_requests_seconds_count\\{[^}]*status=\"304\",uri=\"/v1/channels/\\{name}\"")
                .containsPattern("http_server_requests_seconds_count\\{[^}]*status=\"200\",uri=\"/v1/bundles/");
    }

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Inject
    ObjectStore store;

    @ConfigProperty(name = "concordance.release.keys.dir")
    Path keys;

    @TestHTTPResource("/")
    URI address;

    @TempDir
    Path state;

    Platform platform;

    @AfterEach
    void forgetPeers() {
        PeersResource.forget();
    }

    @Test
    void eventsInAnyOrderAndTwiceOverMakeOneListOfFeatures() {
        Planted planted = Planted.store(store, 1);
        List<Event<?>> events = new ArrayList<>();
        for (int j = 0; j < Planted.FEATURES; j++) {
            events.add(planted.discovered(j));
            events.add(planted.explained(j, "label " + j));
            events.add(planted.attributed(j, "off-policy", j < 2 ? 18 : 1, 0, 0.5));
            events.add(planted.attributed(j, "instructed", 1, 40, 0.4));
        }
        events.addAll(List.copyOf(events));
        Collections.shuffle(events, new Random(1));
        send(events);

        await().atMost(PATIENCE)
                .untilAsserted(() -> list(planted, "")
                        .body("items", hasSize(Planted.FEATURES))
                        .body("items.origin.size()", equalTo(6))
                        .body("items.findAll { it.origin && it.explanation && it.evidence.size() == 2 }", hasSize(6)));
        list(planted, "&grade=E1").body("items.index", equalTo(List.of(0, 1)));
        list(planted, "&limit=4").body("items.index", equalTo(List.of(0, 1, 2, 3)));
        String next = list(planted, "&limit=4").extract().path("next");
        list(planted, "&limit=4&cursor=" + next).body("items.index", equalTo(List.of(4, 5)));
        when().get("/v1/features/" + planted.uid(1))
                .then()
                .statusCode(200)
                .body("feature.explanation.label", equalTo("label 1"))
                .body("feature.origin.firingRate", equalTo(0.02f))
                .body("feature.grade", equalTo("E1"))
                .body("feature.state", equalTo("none"));
    }

    @Test
    void anEarlierStatementNeverOverwritesALaterOne() {
        Planted planted = Planted.store(store, 2);
        Event<?> old = planted.explained(0, "old");
        Event<?> young = planted.explained(0, "new");
        Event<?> younger = new Event<>(
                young.id(),
                young.source(),
                young.type(),
                young.key(),
                old.time().plusSeconds(5),
                young.data());
        send(List.of(younger, old, planted.discovered(0)));
        await().atMost(PATIENCE)
                .untilAsserted(() -> when().get("/v1/features/" + planted.uid(0))
                        .then()
                        .statusCode(200)
                        .body("feature.origin.runId", equalTo("run-1"))
                        .body("feature.explanation.label", equalTo("new")));
    }

    @Test
    void highNeedsTwoReviewersWhoDidNotProposeIt() {
        Planted planted = candidate(3, 0);
        String uid = planted.uid(0);
        propose(uid, "high", "ada").statusCode(201).body("state", equalTo("proposed"));
        propose(uid, "high", "ada").statusCode(201).body("round", equalTo(1));
        propose(uid, "low", "eve").statusCode(409);

        review(uid, "Ada ", "approve").statusCode(400).body("field", equalTo("by"));
        review(uid, "bob", "approve").statusCode(201).body("state", equalTo("proposed"));
        review(uid, "BOB", "approve").statusCode(409);
        review(uid, "cyd", "approve").statusCode(201).body("state", equalTo("approved"));
        review(uid, "dan", "reject").statusCode(409);

        when().get("/v1/features/" + uid)
                .then()
                .body("feature.level", equalTo("high"))
                .body("concern.evidence", hasSize(1))
                .body("audit.action", equalTo(List.of("proposed", "reviewed", "reviewed")))
                .body("audit[1].before.state", equalTo("proposed"))
                .body("audit[2].after.state", equalTo("approved"))
                .body("audit.who", equalTo(List.of("ada", "bob", "cyd")));
        list(planted, "&state=approved&level=high").body("items.uid", equalTo(List.of(uid)));
    }

    @Test
    void oneReviewerDecidesMediumAndOneRejectionEndsAProposal() {
        Planted planted = candidate(4, 0, 1);
        propose(planted.uid(0), "medium", "ada").statusCode(201);
        review(planted.uid(0), "bob", "approve").body("state", equalTo("approved"));
        propose(planted.uid(1), "high", "ada").statusCode(201);
        review(planted.uid(1), "bob", "approve").statusCode(201);
        review(planted.uid(1), "cyd", "reject").body("state", equalTo("rejected"));
        propose(planted.uid(1), "low", "eve").statusCode(201).body("round", equalTo(2));
    }

    @Test
    void candidatesAreRankedByRecallThenByFalseAlarms() {
        Planted planted = Planted.store(store, 5);
        send(List.of(
                planted.attributed(0, "off-policy", 12, 0, 0.5),
                planted.attributed(1, "off-policy", 19, 3, 0.5),
                planted.attributed(2, "off-policy", 19, 0, 0.5),
                planted.attributed(3, "off-policy", 0, 0, 0.5),
                planted.attributed(4, "instructed", 20, 0, 0.5)));
        await().atMost(PATIENCE)
                .untilAsserted(() -> candidates(planted, "").body("items.feature.index", equalTo(List.of(4, 2, 1, 0))));
        candidates(planted, "&strategy=off-policy").body("items.feature.index", equalTo(List.of(2, 1, 0)));
    }

    @Test
    void aMonitorPullsArmsEvaluatesAndReports() {
        Planted planted = candidate(6, 1, 3, 4);
        approve(planted.uid(3), "medium");
        approve(planted.uid(1), "high");
        String digest = publish("pulls", planted.uid(3), planted.uid(1))
                .statusCode(201)
                .body("features", equalTo(List.of(planted.uid(1), planted.uid(3))))
                .extract()
                .path("digest");

        TrustDocument trust = MonitorClient.fetchTrust(address, trustDigest());
        try (MonitorClient client =
                new MonitorClient(new MonitorOptions("it-monitor", address, "pulls", trust, state))) {
            assertThat(client.refresh()).isEqualTo(MonitorClient.Refreshed.ARMED);
            assertThat(client.refresh()).isEqualTo(MonitorClient.Refreshed.UNCHANGED);
            ArmedMonitor monitor = client.armed().orElseThrow();
            assertThat(monitor.digest()).isEqualTo(digest);
            assertThat(monitor.manifest().features().getFirst().threshold())
                    .isEqualTo((double) Math.max(0.75f, planted.dictionary().threshold()[1]));
            assertThat(monitor.manifest()
                            .features()
                            .getFirst()
                            .evidence()
                            .getFirst()
                            .recall()
                            .low())
                    .isEqualTo(Proportion.of(18, 20).low());

            assertThat(monitor.evaluate(quiet(planted), 1)).isEmpty();
            assertThat(monitor.evaluate(loud(planted, 1), 1))
                    .extracting(Hit::featureUid)
                    .contains(planted.uid(1));
            assertThat(client.report()).isZero();
        }
        when().get("/v1/sightings?release=" + digest)
                .then()
                .body("items", hasSize(1))
                .body("items[0].report.monitor", equalTo("it-monitor"))
                .body("items[0].report.sessions", equalTo(2))
                .body("items[0].report.fires", equalTo(1))
                .body("items[0].report.firesByRule.any-high", equalTo(1));
        assertThat(keysOn(Topics.RELEASE_PUBLISHED, "pulls")).hasSize(1);
        assertThat(keysOn(Topics.SIGHTING_REPORTED, digest)).hasSize(1);
        String model = when().get("/v1/exposures?feature=" + planted.uid(1))
                .then()
                .body("items", hasSize(1))
                .body("items[0].clock.sessions", equalTo(2))
                .body("items[0].clock.fires", equalTo(1))
                .body("items[0].rate.k", equalTo(1))
                .body("items[0].terms.level", equalTo("high"))
                .extract()
                .path("items[0].model");
        assertThat(keysOn(Topics.SESSION_TERMINATION_RECOMMENDED, model)).isNotEmpty();
        String burst = "{\"monitor\":\"m\",\"release\":\"" + digest
                + "\",\"sessions\":9,\"fires\":6,\"firesByRule\":{\"any-high\":6},\"firesByFeature\":{\""
                + planted.uid(1) + "\":6}}";
        post("/v1/sightings", "burst", burst).statusCode(201);
        post("/v1/sightings", "burst", burst).statusCode(201);
        post("/v1/sightings", "burst", burst.replace("sessions\":9", "sessions\":8"))
                .statusCode(422);
        when().get("/v1/exposures?feature=" + planted.uid(1))
                .then()
                .body("items[0].clock.sessions", equalTo(11))
                .body("items[0].clock.fires", equalTo(7))
                .body("items[0].clock.failed", equalTo("FIXED"));
        assertThat(keysOn(Topics.ROLLBACK_RECOMMENDED, model)).isNotEmpty();
        post("/v1/sightings", null, burst.replace(planted.uid(1), "f_other"))
                .statusCode(400)
                .body("field", equalTo("firesByFeature.f_other"));
    }

    @Test
    void aChannelMovesToHigherVersionsAndABundleNeverChanges() {
        Planted planted = candidate(7, 0, 2);
        approve(planted.uid(0), "medium");
        ValidatableResponse first = publish("moves", planted.uid(0)).statusCode(201);
        int version = first.extract().path("version");
        String digest = first.extract().path("digest");
        String bundle = "/v1/bundles/" + digest + "/tensors.safetensors";
        byte[] bytes = when().get(bundle).asByteArray();
        String channelTag = when().get("/v1/channels/moves").header("ETag");
        given().header("If-None-Match", channelTag)
                .get("/v1/channels/moves")
                .then()
                .statusCode(304)
                .header("Cache-Control", containsString("max-age=30"));

        approve(planted.uid(2), "low");
        publish("moves", planted.uid(0), planted.uid(2))
                .statusCode(201)
                .body("version", org.hamcrest.Matchers.greaterThan(version))
                .body("supersedes", equalTo(digest));
        given().header("If-None-Match", channelTag)
                .get("/v1/channels/moves")
                .then()
                .statusCode(200);
        given().get(bundle).then().statusCode(200).header("Cache-Control", containsString("immutable"));
        assertThat(when().get(bundle).asByteArray()).isEqualTo(bytes);
        when().get("/v1/releases/" + version)
                .then()
                .body("release.digest", equalTo(digest))
                .body("manifest.usedInTraining", equalTo(false))
                .body("manifest.rules[0].id", equalTo("any-medium"));
        when().get("/v1/releases/" + digest)
                .then()
                .header("Cache-Control", containsString("immutable"))
                .body("release.version", equalTo(version));
    }

    @Test
    void whatIsPulledOftenIsStillRefusedToWhoeverMayNotPull() {
        Planted planted = candidate(20, 0);
        approve(planted.uid(0), "medium");
        String digest = publish("asked", planted.uid(0)).extract().path("digest");
        JsonPath key = post("/v1/keys", null, "{\"name\":\"gateway\"}")
                .statusCode(201)
                .extract()
                .jsonPath();
        for (String path : List.of("/v1/channels/asked", "/v1/bundles/" + digest + "/tensors.safetensors")) {
            String tag = when().get(path).header("ETag");
            for (boolean conditional : new boolean[] {false, true}) {
                Headers condition = conditional ? new Headers(new Header("If-None-Match", tag)) : new Headers();
                as(key.getString("secret")).headers(condition).get(path).then().statusCode(conditional ? 304 : 200);
                refused(as("guessed").headers(condition).get(path), 401, "unauthorized")
                        .header("WWW-Authenticate", "Bearer");
                refused(as("training").headers(condition).get(path), 403, "forbidden");
            }
        }
        assertThat(when().get("/v1/audit?subject=access").jsonPath().getList("items.why", String.class))
                .contains("GET /v1/channels/asked");

        when().delete("/v1/keys/" + key.getString("key.prefix")).then().statusCode(200);
        refused(as(key.getString("secret")).get("/v1/channels/asked"), 401, "unauthorized");
    }

    @Test
    void theSamePublicationTwiceIsOneRelease() {
        Planted planted = candidate(8, 0);
        approve(planted.uid(0), "medium");
        String body = "{\"channel\":\"twice\",\"features\":[\"" + planted.uid(0) + "\"]}";
        int first =
                post("/v1/releases", "twice-1", body).statusCode(201).extract().path("version");
        int again =
                post("/v1/releases", "twice-1", body).statusCode(201).extract().path("version");
        assertThat(again).isEqualTo(first);
        assertThat(keysOn(Topics.RELEASE_PUBLISHED, "twice")).hasSize(1);
    }

    @Test
    void refusesWhatCannotBeReleasedOrReportedAndNamesTheField() {
        Planted planted = candidate(9, 0, 1);
        Planted other = candidate(10, 0);
        approve(planted.uid(0), "medium");
        approve(other.uid(0), "medium");
        String approved = planted.uid(0);
        record Case(String path, String body, int status, String field) {}
        List<Case> cases = List.of(
                new Case("releases", "{\"channel\":\"Not OK\",\"features\":[\"" + approved + "\"]}", 400, "channel"),
                new Case("releases", "{\"channel\":\"../x\",\"features\":[\"" + approved + "\"]}", 400, "channel"),
                new Case("releases", "{\"channel\":\"x\",\"features\":[]}", 400, "features"),
                new Case("releases", "{\"channel\":\"x\"}", 400, "features"),
                new Case("releases", "{\"channel\":\"x\",\"features\":[\"f_0\"]}", 400, "features[0]"),
                new Case("releases", release(approved, planted.uid(1)), 400, "features[1]"),
                new Case("releases", release(approved, approved), 400, "features[1]"),
                new Case("releases", release(approved, other.uid(0)), 400, "features[1]"),
                new Case("releases", "{\"channel\":\"x\",\"freatures\":[]}", 400, "freatures"),
                new Case("releases", "", 400, ""),
                new Case("sightings", sighting("m", "sha256:" + "0".repeat(64), 1, 0), 400, "release"),
                new Case("sightings", sighting("m", "nonsense", 1, 0), 400, "release"),
                new Case("sightings", sighting("", "sha256:" + "0".repeat(64), 1, 0), 400, "monitor"),
                new Case("sightings", sighting("m", "sha256:" + "0".repeat(64), 0, 0), 400, "sessions"),
                new Case("sightings", sighting("m", "sha256:" + "0".repeat(64), 1, 2), 400, "fires"),
                new Case("features/" + planted.uid(1) + "/proposal", "{\"level\":\"grave\"}", 400, "level"),
                new Case("features/" + planted.uid(1) + "/proposal", "{\"level\":\"low\"}", 400, "reason"),
                new Case("features/" + planted.uid(1) + "/reviews", "{\"by\":\"a\",\"reason\":\"r\"}", 400, "verdict"));
        for (Case c : cases) {
            var response =
                    given().contentType("application/json").body(c.body()).post("/v1/" + c.path());
            assertThat(response.statusCode()).as(c + response.asString()).isEqualTo(c.status());
            assertThat(response.contentType()).as(c.toString()).startsWith("application/problem+json");
            String field = response.path("field");
            assertThat(field == null ? "" : field).as(c + response.asString()).isEqualTo(c.field());
        }
        propose("f_unknown", "low", "ada").statusCode(404);
        when().get("/v1/features?grade=E9").then().statusCode(400).body("field", equalTo("grade"));
        when().get("/v1/features?limit=0").then().statusCode(400).body("field", equalTo("limit"));
        when().get("/v1/features?cursor=x").then().statusCode(400).body("field", equalTo("cursor"));
        when().get("/v1/channels/x").then().statusCode(404);
        when().get("/v1/bundles/nonsense/tensors.safetensors").then().statusCode(400);
        when().get("/v1/releases/nonsense").then().statusCode(400).body("field", equalTo("release"));
        when().get("/v1/releases/sha256:" + "0".repeat(64)).then().statusCode(404);
        for (String outside : List.of("..%2f..%2fkeys%2froot-1.pem", "%2e%2e%2fmanifest.dsse.json", "trust.json%00")) {
            given().urlEncodingEnabled(false)
                    .get("/v1/bundles/sha256:" + "0".repeat(64) + "/" + outside)
                    .then()
                    .statusCode(org.hamcrest.Matchers.greaterThanOrEqualTo(400));
        }
    }

    @Test
    void servesTheTrustDocumentThatItsRootKeySigned() {
        byte[] newest = when().get("/v1/trust").asByteArray();
        TrustDocument signed =
                TrustDocument.selfSigned(Envelope.read(when().get("/v1/trust/1").asByteArray()));
        assertThat(Json.canonical(signed)).isEqualTo(newest);
        when().get("/v1/trust/2").then().statusCode(404);
    }

    @Test
    void keepsItsKeysToItself() throws Exception {
        for (String file : List.of("root-1.pem", "targets-1.pem", "targets-2.pem", "timestamp.pem")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(keys.resolve(file))))
                    .isEqualTo("rw-------");
        }
    }

    private Planted candidate(long seed, int... indices) {
        return Calls.candidate(store, platform, seed, indices);
    }

    /** An activation on which no feature fires. */
    private static float[] quiet(Planted planted) {
        Random random = new Random(1);
        float[] x = new float[Planted.WIDTH];
        int[] firing = {1};
        while (firing[0] > 0) {
            for (int i = 0; i < x.length; i++) {
                x[i] = (float) (10 * random.nextGaussian());
            }
            firing[0] = 0;
            new SparseEncoder(planted.dictionary()).encode(x, 1, (row, feature, value) -> firing[0]++);
        }
        return x;
    }

    /** An activation on which the feature's pre-activation is far above every threshold. */
    private static float[] loud(Planted planted, int feature) {
        float[] x = planted.dictionary().decoderBias().clone();
        for (int i = 0; i < Planted.WIDTH; i++) {
            x[i] += 20 * planted.dictionary().encoder()[feature * Planted.WIDTH + i];
        }
        return x;
    }

    private static RequestSpecification as(String token) {
        return given().header("Authorization", "Bearer " + token);
    }

    private static ValidatableResponse refused(Response answer, int status, String type) {
        return answer.then()
                .statusCode(status)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:concordance:problem:" + type));
    }

    private String trustDigest() {
        return Digests.sha256(when().get("/v1/trust").asByteArray());
    }

    private void send(List<? extends Event<?>> events) {
        Planted.send(platform.endpoints().kafka().bootstrapServers(), events);
    }

    private static ValidatableResponse candidates(Planted planted, String query) {
        return when().get("/v1/candidates?dictionary=" + planted.digest() + query)
                .then();
    }

    private static String release(String... uids) {
        return "{\"channel\":\"x\",\"features\":[\"" + String.join("\",\"", uids) + "\"]}";
    }

    private static String sighting(String monitor, String release, long sessions, long fires) {
        return "{\"monitor\":\"" + monitor + "\",\"release\":\"" + release + "\",\"sessions\":" + sessions
                + ",\"fires\":" + fires + ",\"firesByRule\":{}}";
    }

    /** Keys equal to {@code key} on a topic, once there is at least one. */
    private List<String> keysOn(String topic, String key) {
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", platform.endpoints().kafka().bootstrapServers()),
                new StringDeserializer(),
                new StringDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            List<String> found = new ArrayList<>();
            await().atMost(PATIENCE).until(() -> {
                found.clear();
                consumer.seekToBeginning(partitions);
                Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
                while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
                    consumer.poll(Duration.ofMillis(200)).forEach(message -> {
                        if (key.equals(message.key())) {
                            found.add(message.key());
                        }
                    });
                }
                return !found.isEmpty();
            });
            return found;
        }
    }
}

package io.concordance.interp.service;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.FeatureExplained;
import io.concordance.contracts.event.FeatureScored;
import io.concordance.contracts.event.Topics;
import io.concordance.contracts.feature.FeatureUids;
import io.concordance.interp.chat.ChatServer;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.testing.Platform;
import io.concordance.kit.testing.PlatformResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(PlatformResource.class)
class ExplanationIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Map<String, String> TROUBLE =
            Map.of("garbage", "not JSON", "huge", "bytes", "slow", "no answer within", "locked", "401");

    @Inject
    ObjectStore store;

    @Inject
    Jdbi jdbi;

    Platform platform;
    private Log log;

    @BeforeEach
    void connect() {
        log = new Log(platform.endpoints().kafka().bootstrapServers());
    }

    private Study analysed(long seed) throws Exception {
        Study study = new Study(store, seed, "learning", true);
        log.write(study.accepted);
        log.write(study.shards.toArray(Event<?>[]::new));
        log.write(study.finished);
        await().atMost(PATIENCE)
                .until(() -> "completed"
                        .equals(given().get("/v1/analyses?dictionary=" + study.run)
                                .then()
                                .extract()
                                .jsonPath()
                                .getString("items[0].state")));
        return study;
    }

    private static Map<String, Object> request(Study study, String baseUrl) {
        return new HashMap<>(Map.of(
                "dictionary",
                study.dictionary,
                "endpoint",
                Map.of("baseUrl", baseUrl, "model", "simple", "trustTier", "weaker"),
                "scorers",
                List.of("detection", "fuzzing", "simulation", "surprisal"),
                "budget",
                Map.of("tokens", 10_000_000)));
    }

    private static String accepted(Map<String, Object> request) {
        return given().contentType(ContentType.JSON)
                .body(request)
                .post("/v1/explanations")
                .then()
                .statusCode(202)
                .extract()
                .path("id");
    }

    private static void goOn(String id) {
        given().contentType(ContentType.JSON)
                .body(Map.of("tokens", 10_000_000))
                .put("/v1/explanations/" + id + "/budget")
                .then()
                .statusCode(200);
    }

    private static JsonPath order(String id) {
        return given().get("/v1/explanations/" + id)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private static JsonPath said(Study study, int index) {
        return given().get("/v1/features/" + FeatureUids.of(study.dictionary, index) + "/explanations")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private <T> List<Event<T>> events(String topic, Class<T> type, Study study) {
        Set<String> uids = java.util.stream.IntStream.range(0, Study.FEATURES)
                .mapToObj(j -> FeatureUids.of(study.dictionary, j))
                .collect(Collectors.toSet());
        await().atMost(PATIENCE)
                .until(() -> jdbi.withHandle(h -> h.createQuery("select count(*) from outbox")
                                .mapTo(Integer.class)
                                .one())
                        == 0);
        return log.read(topic, type).stream()
                .filter(e -> uids.contains(e.key()))
                .toList();
    }

    @Test
    void theQueueOutlivesADeadEndpointAndOnlyLabelsThatHoldReplaceTheOfflineOnes() throws Exception {
        Study study = analysed(11);
        String id;
        try (ChatServer server = new ChatServer()) {
            server.kill();
            id = accepted(request(study, server.baseUrl()));
            await().atMost(PATIENCE).until(() -> order(id).getString("state").equals("waiting"));
            assertThat(order(id).getString("problem")).contains("no connection");
            assertThat(order(id).getInt("tasks.pending")).isEqualTo(3);
            assertThat(said(study, 0).getString("items[0].state")).isEqualTo("pending");

            server.start();
            for (String mode : List.of("garbage", "huge", "slow", "locked")) {
                server.be(mode);
                goOn(id);
                await().atMost(PATIENCE)
                        .until(() ->
                                String.valueOf(order(id).getString("problem")).contains(TROUBLE.get(mode)));
                assertThat(order(id).getInt("tasks.pending")).isEqualTo(3);
            }
            int before = server.be("well").requests();
            goOn(id);
            await().atMost(PATIENCE).until(() -> order(id).getString("state").equals("completed"));
            assertThat(order(id).getInt("spent.questions")).isEqualTo(server.requests() - before);
        }
        assertThat(order(id).getInt("tasks.done")).isEqualTo(3);
        assertThat(order(id).getInt("adopted")).isEqualTo(1);

        JsonPath token = said(study, 0);
        assertThat(token.getString("items[0].label")).isEqualTo("the word prod");
        assertThat(token.getBoolean("items[0].adopted")).isTrue();
        assertThat(token.getString("items[0].trustTier")).isEqualTo("weaker");
        assertThat(token.getList("items[0].scores.scorer"))
                .containsExactly("detection", "fuzzing", "simulation", "surprisal");
        assertThat(token.getDouble("items[0].scores[0].score.estimate.value")).isEqualTo(1);
        assertThat(token.getDouble("items[0].scores[0].control.estimate.value")).isLessThan(0.7);
        assertThat(said(study, 1).getBoolean("items[0].adopted")).isFalse();
        assertThat(said(study, 2).getString("items[0].scores[0].score.missing")).contains("fewer than 5");

        assertThat(events(Topics.FEATURE_SCORED, FeatureScored.class, study))
                .extracting(e -> e.data().index() + " " + e.data().scorer())
                .doesNotHaveDuplicates()
                .hasSize(12);
        assertThat(events(Topics.FEATURE_EXPLAINED, FeatureExplained.class, study))
                .filteredOn(e -> e.data().explainer().equals("chat"))
                .singleElement()
                .satisfies(e -> assertThat(e.data().model()).isEqualTo("simple"));
    }

    @Test
    void aSpentBudgetStopsTheAskingAndAnotherLetsItGoOn() throws Exception {
        Study study = analysed(12);
        try (ChatServer server = new ChatServer()) {
            Map<String, Object> request = request(study, server.baseUrl());
            request.put("budget", Map.of("tokens", 6000));
            String id = accepted(request);
            await().atMost(PATIENCE).until(() -> order(id).getString("state").equals("stopped"));
            JsonPath stopped = order(id);
            assertThat(stopped.getString("problem")).contains("budget");
            assertThat(stopped.getLong("spent.promptTokens") + stopped.getLong("spent.answerTokens"))
                    .isBetween(1L, 6000L);
            int asked = server.requests();
            assertThat(asked).isPositive();
            // What a process that died had set aside.
            jdbi.useHandle(h -> h.execute("update chat_work set reserved_tokens = 100000 where id::text = ?", id));

            goOn(id);
            await().atMost(PATIENCE).until(() -> order(id).getString("state").equals("completed"));
            assertThat(server.requests()).isGreaterThan(asked);
            assertThat(order(id).getLong("spent.promptTokens")).isGreaterThan(100_000);
            assertThat(order(id).getInt("spent.questions")).isEqualTo(server.requests());
        }
    }

    @Test
    void whatCannotBeAskedForIsRefusedWithTheFieldNamed() throws Exception {
        Study study = analysed(13);
        String open = "http://127.0.0.1:1/v1";
        Map<String, Object> base = request(study, open);
        refused(base, "dictionary", "sha256:" + "0".repeat(64), "dictionary");
        refused(base, "dictionary", "latest", "dictionary");
        refused(base, "features", List.of("f_" + "0".repeat(32)), "features[0]");
        refused(base, "features", List.of(FeatureUids.of(study.dictionary, 3)), "features[0]");
        refused(base, "budget", Map.of("tokens", 0), "budget.tokens");
        refused(base, "budget", Map.of("tokens", 5, "money", 1), "budget.promptPrice");
        refused(base, "scorers", List.of("vibes"), "scorers[0]");
        for (String url : List.of("nonsense", "https://10.0.0.1/v1", "http://169.254.169.254/v1", "https://[::1]/v1")) {
            refused(base, "endpoint", Map.of("baseUrl", url, "model", "m", "trustTier", "weaker"), "endpoint.baseUrl");
        }
        refused(base, "endpoint", Map.of("baseUrl", open, "model", "m", "trustTier", "mighty"), "endpoint.trustTier");
        refused(base, "endpoint", Map.of("baseUrl", open, "model", "m"), "endpoint.trustTier");
        refused(
                base,
                "endpoint",
                Map.of("baseUrl", open, "model", "m", "trustTier", "weaker", "key", "theirs"),
                "endpoint.key");
    }

    private void refused(Map<String, Object> base, String field, Object value, String named) {
        Map<String, Object> request = new HashMap<>(base);
        request.put(field, value);
        int before = works();
        given().contentType(ContentType.JSON)
                .body(request)
                .post("/v1/explanations")
                .then()
                .statusCode(400)
                .body("field", equalTo(named));
        assertThat(works()).isEqualTo(before);
    }

    private int works() {
        return jdbi.withHandle(h -> h.createQuery("select count(*) from chat_work")
                .mapTo(Integer.class)
                .one());
    }
}

package io.concordance.interp.service;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.concordance.contracts.digest.Digests;
import io.concordance.interp.chat.ChatServer;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.testing.PlatformResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(PlatformResource.class)
class JudgingIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MANY = 212;
    private static final int FEW = 12;

    @Inject
    ObjectStore store;

    @Inject
    Jdbi jdbi;

    /** Transcripts of which every second one is poison. */
    private String transcripts(String prefix, int count, String kind) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < count; i++) {
            lines.append(
                    "{\"id\":\"%s%d\",\"spans\":[{\"kind\":\"%s\",\"role\":\"user\",\"text\":\"a %s drink %d\"}],\"outcome\":\"bad\",\"tags\":{}}\n"
                            .formatted(prefix, i, kind, i % 2 == 0 ? "poison" : "harmless", i));
        }
        byte[] bytes = lines.toString().getBytes(StandardCharsets.UTF_8);
        String digest = Digests.sha256(bytes);
        store.putIfAbsent("transcripts/" + Digests.hex(digest) + ".jsonl", bytes, "application/x-ndjson");
        return digest;
    }

    /** A judge that is wrong about every tenth item and mumbles at every fortieth. */
    private static Map<String, Object> givenJudge() {
        Map<String, Map<String, String>> verdicts = new HashMap<>();
        verdicts.put("many", verdicts("m", MANY));
        verdicts.put("few", verdicts("f", FEW));
        return Map.of("name", "given", "verdicts", verdicts);
    }

    private static Map<String, String> verdicts(String prefix, int count) {
        Map<String, String> verdicts = new HashMap<>();
        for (int i = 0; i < count; i++) {
            boolean yes = i % 2 == 0 != (i % 10 == 3);
            verdicts.put(prefix + i, i % 40 == 7 ? "unreadable" : yes ? "yes" : "no");
        }
        return verdicts;
    }

    private Map<String, Object> request(Object judge) {
        return new HashMap<>(Map.of(
                "name",
                "drinks",
                "question",
                "Is the drink bad?",
                "arms",
                List.of(
                        Map.of("name", "many", "transcripts", transcripts("m", MANY, "output")),
                        Map.of("name", "few", "transcripts", transcripts("f", FEW, "output"))),
                "judges",
                List.of(givenJudge(), judge)));
    }

    private static Map<String, Object> model(ChatServer server) {
        return Map.of(
                "name",
                "model",
                "endpoint",
                Map.of("baseUrl", server.baseUrl(), "model", "simple", "trustTier", "untrusted"),
                "budget",
                Map.of("tokens", 10_000_000));
    }

    private static Response post(Object request) {
        return given().contentType(ContentType.JSON).body(request).post("/v1/judgings");
    }

    @Test
    void peopleLabelBlindAndRatesAppearOnceTheyAreCorrected() throws Exception {
        String id;
        try (ChatServer server = new ChatServer().be("broken")) {
            id = post(request(model(server))).then().statusCode(202).extract().path("id");
            given().get("/v1/judgings/" + id + "/queue?labeller=ann").then().statusCode(409);
            server.be("well");
            await().atMost(PATIENCE)
                    .until(() -> given().get("/v1/judgings/" + id)
                            .then()
                            .extract()
                            .path("state")
                            .equals("labelling"));
        }
        given().get("/v1/judgings/" + id + "/evidence").then().statusCode(200).body("items.size()", equalTo(0));

        Set<String> seen = new HashSet<>();
        String queue = "/v1/judgings/" + id + "/queue?labeller=";
        for (Response next = given().get(queue + "ann"); next.statusCode() == 200; next = given().get(queue + "ann")) {
            JsonPath item = next.jsonPath();
            assertThat(item.getMap("$").keySet()).isEqualTo(Set.of("item", "question", "spans"));
            assertThat(seen.add(item.getString("item"))).isTrue();
            assertThat(label(id, item.getString("item"), "ann", truth(item))).isEqualTo(201);
        }
        assertThat(seen).hasSize(MANY + FEW);
        JsonPath second = given().get(queue + "bob").jsonPath();
        assertThat(label(id, second.getString("item"), "bob", truth(second))).isEqualTo(201);
        assertThat(label(id, second.getString("item"), "bob", truth(second))).isEqualTo(200);
        assertThat(label(id, second.getString("item"), "bob", "unsure")).isEqualTo(409);

        JsonPath rates = given().get("/v1/judgings/" + id + "/rates")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        assertThat(rates.getList("items.arm")).containsExactly("many", "few");
        assertThat(rates.getInt("items[0].judges[0].unreadable")).isEqualTo(6);
        assertThat(rates.getInt("items[0].judges[1].yes")).isEqualTo(MANY / 2);
        assertThat(rates.getString("items[1].judges[0].missing")).contains("at least 100");
        assertThat(rates.getList("items[1].judges[0].rates")).isEmpty();

        JsonPath evidence = given().get("/v1/judgings/" + id + "/evidence")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        assertThat(evidence.getList("items.arm")).containsOnly("many");
        assertThat(evidence.getList("items.rate.method", String.class)).contains("prediction-powered", "rogan-gladen");
        assertThat(evidence.getList("items.rate.low", Double.class)).allMatch(low -> low < 0.5);
        assertThat(evidence.getList("items.rate.high", Double.class)).allMatch(high -> high > 0.5);
    }

    private static String truth(JsonPath item) {
        return item.getString("spans[0].text").contains("poison") ? "yes" : "no";
    }

    private static int label(String id, String item, String labeller, String label) {
        return given().contentType(ContentType.JSON)
                .body(Map.of("item", item, "labeller", labeller, "label", label))
                .post("/v1/judgings/" + id + "/labels")
                .statusCode();
    }

    @Test
    void whatCannotBeJudgedIsRefusedAndNothingIsStored() {
        Map<String, Object> base = request(Map.of("name", "x", "verdicts", Map.of()));
        int before = judgings();
        post(base).then().statusCode(400).body("field", equalTo("judges[1].verdicts"));

        base.put("judges", List.of(givenJudge()));
        base.put("arms", List.of(Map.of("name", "s", "transcripts", transcripts("s", 3, "summary"))));
        post(base).then().statusCode(400).body("field", containsString("arms[0].transcripts"));
        base.put("arms", List.of(Map.of("name", "s", "transcripts", "sha256:" + "0".repeat(64))));
        post(base).then().statusCode(400).body("field", equalTo("arms[0].transcripts"));
        base.put("question", " ");
        post(base).then().statusCode(400).body("field", equalTo("question"));

        assertThat(judgings()).isEqualTo(before);
        given().get("/v1/judgings/nonsense").then().statusCode(404);
    }

    private int judgings() {
        return jdbi.withHandle(h -> h.createQuery("select count(*) from judging")
                .mapTo(Integer.class)
                .one());
    }
}

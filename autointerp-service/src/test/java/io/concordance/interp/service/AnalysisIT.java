package io.concordance.interp.service;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.concordance.contracts.dictionary.DictionaryInput;
import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.FeatureAttributed;
import io.concordance.contracts.event.FeatureExplained;
import io.concordance.contracts.event.Topics;
import io.concordance.contracts.feature.FeatureUids;
import io.concordance.interp.planted.Planted;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.testing.Platform;
import io.concordance.kit.testing.PlatformResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(PlatformResource.class)
class AnalysisIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

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

    private static JsonPath analysis(Study study) {
        return given().get("/v1/analyses?dictionary=" + study.run)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private static String state(Study study) {
        return analysis(study).getString("items[0].state");
    }

    private static JsonPath feature(Study study, int index) {
        return json("/v1/features/" + FeatureUids.of(study.dictionary, index));
    }

    private static JsonPath json(String path) {
        return given().get(path).then().statusCode(200).extract().jsonPath();
    }

    private <T> List<Event<T>> events(String topic, Class<T> type, Study study) {
        List<String> uids = new ArrayList<>();
        for (int j = 0; j < Study.FEATURES; j++) {
            uids.add(FeatureUids.of(study.dictionary, j));
        }
        return log.read(topic, type).stream()
                .filter(e -> uids.contains(e.key()))
                .toList();
    }

    private int outbox() {
        return jdbi.withHandle(h -> h.createQuery("select count(*) from outbox")
                .mapTo(Integer.class)
                .one());
    }

    @Test
    void repeatedAndShuffledEventsGiveOneAnalysisWithEverythingInIt() throws Exception {
        Study study = new Study(store, 1, "learning", true);
        log.write(study.finished, study.finished);
        List<Event<?>> all = new ArrayList<>(study.shards);
        all.addAll(study.shards.subList(0, 4));
        Collections.shuffle(all, new Random(1));
        log.write(all.toArray(Event<?>[]::new));
        assertThat(await().atMost(PATIENCE).until(() -> analysis(study).getList("items"), i -> !i.isEmpty()))
                .hasSize(1);
        assertThat(state(study)).isEqualTo("running");
        log.write(study.accepted, study.accepted);

        await().atMost(PATIENCE).until(() -> state(study).equals("completed"));
        JsonPath done = analysis(study);
        assertThat(done.getInt("items[0].shardsDone")).isEqualTo(9);
        assertThat(done.getInt("items[0].shardsTotal")).isEqualTo(9);
        assertThat(done.getInt("items[0].features")).isEqualTo(3);
        assertThat(done.getString("items[0].dictionary")).isEqualTo(study.dictionary);

        JsonPath token = feature(study, 0);
        assertThat(token.getString("label.text")).isEqualTo("fires on token `prod`");
        assertThat(token.getString("label.trustTier")).isEqualTo("offline-statistics");
        assertThat(token.getDouble("label.score.detection.value")).isEqualTo(1);
        assertThat(token.getDouble("label.score.control.detection.value")).isLessThan(0.6);
        assertThat(token.getLong("firings")).isEqualTo(180);
        assertThat(token.getList("arms.firings")).containsExactly(100, 80);
        assertThat(token.getList("examples.top")).hasSize(12);
        assertThat(token.getList("examples.top[0].tokens", String.class).get(token.getInt("examples.top[0].peak")))
                .isEqualTo("prod");
        assertThat(token.getInt("examples.top[0].output")).isEqualTo(6);
        assertThat(token.getList("examples.arms.arm")).containsExactly("benign", "off-policy");
        String uid = FeatureUids.of(study.dictionary, 0);
        JsonPath some = json("/v1/features/" + uid + "/examples?from=10&limit=5");
        assertThat(some.getList("tabs.tab")).containsExactly("top", "arm:benign", "arm:off-policy", "quantiles");
        assertThat(some.getString("tab")).isEqualTo("top");
        assertThat(some.getList("items"))
                .isEqualTo(token.getList("examples.top").subList(10, 12));
        assertThat(json("/v1/features/" + uid + "/examples?tab=arm:off-policy").getList("items"))
                .isEqualTo(token.getList("examples.arms[1].top"));
        assertThat(json("/v1/features/" + uid + "?examples=false").getMap("$"))
                .doesNotContainKey("examples")
                .hasSize(token.getMap("$").size() - 1);
        for (String wrong : List.of("tab=arm:none", "limit=501", "from=-1")) {
            given().get("/v1/features/" + uid + "/examples?" + wrong).then().statusCode(400);
        }

        JsonPath bad = feature(study, 1);
        assertThat(bad.getList("screens.scope")).containsExactly("document", "beforeOutput");
        assertThat(bad.getDouble("screens[1].screen.auroc")).isEqualTo(1);
        assertThat(bad.getDouble("screens[0].screen.q")).isLessThan(0.001);
        assertThat(bad.getInt("screens[0].calibration.okExceeding")).isZero();

        JsonPath once = feature(study, 2);
        assertThat(once.getLong("firings")).isEqualTo(1);
        assertThat(once.getString("examples.top[0].document")).isEqualTo("benign-0");
        assertThat(once.getInt("examples.top[0].position")).isEqualTo(3);
        JsonPath silent = feature(study, 3);
        assertThat(silent.getString("label.text")).isEqualTo("never fired; promotes `test`");
        assertThat(silent.getString("label.trustTier")).isEqualTo("decoder-only");
        assertThat(silent.getString("label.score")).isNull();
        assertThat(silent.getDouble("logits.promoted[0].effect")).isCloseTo(2 * 8 / 9.0, within(1e-6));
        assertThat(token.getDouble("logits.spread")).isZero();
        assertThat(feature(study, 3).getList("neighbours.index")).containsExactly(0, 1, 2);
        assertThat(once.getList("neighbours.index")).containsExactly(0, 1);

        await().atMost(PATIENCE).until(() -> outbox() == 0);
        assertThat(events(Topics.FEATURE_EXPLAINED, FeatureExplained.class, study))
                .extracting(e -> e.data().index())
                .containsExactlyInAnyOrder(0, 1, 2);
        List<Event<FeatureAttributed>> attributed = events(Topics.FEATURE_ATTRIBUTED, FeatureAttributed.class, study);
        assertThat(attributed).extracting(e -> e.data().index()).containsExactlyInAnyOrder(0, 1);
        assertThat(attributed).extracting(e -> e.data().arm()).containsOnly("off-policy");
    }

    @Test
    void anAnalysisThatRunsAgainWritesTheSame() throws Exception {
        Study study = new Study(store, 2, "learning", true);
        log.write(study.accepted);
        log.write(study.shards.toArray(Event<?>[]::new));
        log.write(study.finished);
        await().atMost(PATIENCE)
                .until(() -> !analysis(study).getList("items").isEmpty()
                        && state(study).equals("completed"));
        List<String> first = stored(study);

        jdbi.useHandle(h -> h.execute(
                "update analysis set state = 'running', shards_done = 3, finished_at = null where dictionary = ?",
                study.dictionary));
        await().atMost(PATIENCE).until(() -> state(study).equals("completed"));

        assertThat(stored(study)).isEqualTo(first).hasSize(Study.FEATURES);
        await().atMost(PATIENCE).until(() -> outbox() == 0);
        assertThat(events(Topics.FEATURE_EXPLAINED, FeatureExplained.class, study).stream()
                        .map(Event::id)
                        .distinct())
                .hasSize(3);

        String shards = "/v1/analyses/" + analysis(study).getString("items[0].id") + "/shards";
        for (String jobs : List.of("[]", "[\"" + UUID.randomUUID() + "\"]", "[\"" + study.job + "\"]")) {
            given().contentType("application/json")
                    .body("{\"jobs\": " + jobs + "}")
                    .post(shards)
                    .then()
                    .statusCode(400)
                    .body("field", startsWith("jobs"));
        }
        List<Event<?>> grown = study.grow(true);
        log.write(grown.get(1), study.accepted);
        log.write(grown.get(0), grown.get(0));
        await().atMost(PATIENCE)
                .until(() -> state(study).equals("completed") && analysis(study).getInt("items[0].shardsDone") == 10);
        assertThat(analysis(study).getInt("items[0].evidence.shards")).isEqualTo(10);
        assertThat(feature(study, 0).getLong("firings")).isEqualTo(199);
        assertThat(feature(study, 2).getLong("firings")).isEqualTo(2);
        assertThat(feature(study, 2).getInt("arms[0].documents")).isEqualTo(239);
        await().atMost(PATIENCE).until(() -> outbox() == 0);
        assertThat(events(Topics.FEATURE_EXPLAINED, FeatureExplained.class, study).stream()
                        .map(Event::id)
                        .distinct())
                .hasSize(6);

        String followed = analysis(study).getString("items[0].evidence.digest");
        List<String> said = stored(study);
        jdbi.useHandle(h -> h.execute("""
                        update analysis set state = 'running', evidence_key = null, evidence_sha256 = null
                        where dictionary = ?
                        """, study.dictionary));
        await().atMost(PATIENCE).until(() -> state(study).equals("completed"));
        assertThat(analysis(study).getString("items[0].evidence.digest")).isEqualTo(followed);
        assertThat(stored(study)).isEqualTo(said);

        List<Event<?>> other = study.grow(false);
        log.write(other.get(0), other.get(1));
        await().atMost(PATIENCE)
                .until(() -> given().contentType("application/json")
                                .body("{\"jobs\": [\"" + other.get(1).key() + "\"]}")
                                .post(shards)
                                .statusCode()
                        == 202);
        await().atMost(PATIENCE).until(() -> state(study).equals("completed"));
        assertThat(analysis(study).getInt("items[0].shardsDone")).isEqualTo(11);
    }

    private List<String> stored(Study study) {
        return jdbi.withHandle(
                h -> h.createQuery("select report || examples_key from feature where dictionary = :d order by index")
                        .bind("d", study.dictionary)
                        .mapTo(String.class)
                        .list());
    }

    @Test
    void featuresAreListedInPages() throws Exception {
        Study study = new Study(store, 3, "learning", true);
        log.write(study.accepted);
        log.write(study.shards.toArray(Event<?>[]::new));
        log.write(study.finished);
        await().atMost(PATIENCE)
                .until(() -> !analysis(study).getList("items").isEmpty()
                        && state(study).equals("completed"));

        String address = "/v1/dictionaries/" + study.dictionary + "/features?limit=3&sort=firings";
        JsonPath page = given().get(address).then().statusCode(200).extract().jsonPath();
        assertThat(page.getList("items.index")).containsExactly(0, 1, 2);
        given().queryParam("cursor", page.getString("next"))
                .get(address)
                .then()
                .statusCode(200)
                .body("items.index", equalTo(List.of(3)))
                .body("next", nullValue());
        JsonPath byQ = given().get("/v1/dictionaries/" + study.dictionary + "/features?sort=q")
                .then()
                .extract()
                .jsonPath();
        assertThat(byQ.getInt("items[0].index")).isEqualTo(1);
        String features = "/v1/dictionaries/" + study.dictionary + "/features";
        given().get(features + "?positioning=insufficient&minFirings=2")
                .then()
                .statusCode(200)
                .body("items.index", equalTo(List.of(0, 1)));
        given().get(features + "?positioning=upright").then().statusCode(400).body("field", equalTo("positioning"));
        assertThat(byQ.getString("items[0].best.arm")).isEqualTo("off-policy");

        given().get("/v1/dictionaries/" + study.dictionary + "/features?sort=size")
                .then()
                .statusCode(400)
                .body("field", equalTo("sort"));
        given().get("/v1/dictionaries/sha256:none/features").then().statusCode(404);
        given().get("/v1/features/f_none").then().statusCode(404);
        String id = analysis(study).getString("items[0].id");
        assertThat(given().get("/v1/analyses/" + id + "/events")
                        .then()
                        .statusCode(200)
                        .extract()
                        .asString())
                .contains("event:progress")
                .contains("\"state\":\"completed\"");
        given().post("/v1/analyses/" + id + "/retry").then().statusCode(409);
    }

    @Test
    void aDictionaryOfDifferencesWaitsForBothCapturesAndReadsThem() throws Exception {
        Study study = new Study(
                store,
                8,
                "learning",
                true,
                DictionaryInput.PLAIN.less(new DictionaryInput.Minus("twin", Planted.HOOK)));
        String other = UUID.randomUUID().toString();
        List<Event<?>> twin = study.twin(other);
        log.write(study.accepted);
        log.write(study.shards.toArray(Event<?>[]::new));
        log.write(study.finishedLess(other));
        log.write(twin.subList(1, twin.size()).toArray(Event<?>[]::new));
        await().atMost(PATIENCE).until(() -> !analysis(study).getList("items").isEmpty());
        assertThat(state(study)).isEqualTo("running");
        log.write(twin.getFirst());
        await().atMost(PATIENCE).until(() -> state(study).equals("completed"));

        assertThat(feature(study, 0).getLong("firings")).isZero();
        assertThat(feature(study, 1).getLong("firings")).isEqualTo(80);
        assertThat(feature(study, 2).getLong("firings")).isEqualTo(1);
    }

    @Test
    void evaluationRowsAreNeverTouched() throws Exception {
        Study learning = new Study(store, 4, "learning", true);
        Study poison = new Study(store, 5, "evaluation", true);
        log.write(poison.accepted, learning.accepted);
        log.write(poison.shards.toArray(Event<?>[]::new));
        log.write(learning.shards.toArray(Event<?>[]::new));
        log.write(poison.finished(List.of(poison.job)));
        log.write(learning.finished(List.of(learning.job)));

        await().atMost(PATIENCE)
                .until(() -> !analysis(poison).getList("items").isEmpty()
                        && state(poison).equals("failed"));
        assertThat(analysis(poison).getString("items[0].problem")).contains("role evaluation, allowed learning");
        await().atMost(PATIENCE)
                .until(() -> !analysis(learning).getList("items").isEmpty()
                        && state(learning).equals("completed"));
        String id = analysis(learning).getString("items[0].id");
        given().contentType("application/json")
                .body(Map.of("jobs", List.of(poison.job)))
                .post("/v1/analyses/" + id + "/shards")
                .then()
                .statusCode(400)
                .body("given", equalTo("evaluation"));
        JsonPath probes = given().get("/v1/analyses/" + id + "/probes").jsonPath();
        assertThat(probes.getList("arms")).isNotEmpty();
        assertThat(probes.prettify()).doesNotContain(Study.POISON);
        for (int j = 0; j < Study.FEATURES; j++) {
            assertThat(given().get("/v1/features/" + FeatureUids.of(learning.dictionary, j))
                            .asString())
                    .doesNotContain(Study.POISON);
            given().get("/v1/features/" + FeatureUids.of(poison.dictionary, j))
                    .then()
                    .statusCode(404);
        }
        int kept = jdbi.withHandle(h -> h.createQuery("select count(*) from shard where job = :job")
                .bind("job", poison.job)
                .mapTo(Integer.class)
                .one());
        assertThat(kept).isZero();
        assertThat(events(Topics.FEATURE_EXPLAINED, FeatureExplained.class, poison))
                .isEmpty();
    }

    @Test
    void aShardThatIsMissingFailsTheAnalysisByNameAndItsReturnMendsIt() throws Exception {
        Study study = new Study(store, 6, "learning", true);
        String lost = study.shards.get(2).data().object().key();
        byte[] bytes = store.get(lost, 1 << 20);
        store.delete(lost);
        log.write(study.accepted);
        log.write(study.shards.toArray(Event<?>[]::new));
        log.write(study.finished);

        await().atMost(PATIENCE)
                .until(() -> !analysis(study).getList("items").isEmpty()
                        && state(study).equals("failed"));
        assertThat(analysis(study).getString("items[0].problem")).contains(lost).contains("missing");

        store.putIfAbsent(lost, "not the shard".getBytes(StandardCharsets.UTF_8), "text/plain");
        String retry = "/v1/analyses/" + analysis(study).getString("items[0].id") + "/retry";
        given().post(retry).then().statusCode(202);
        await().atMost(PATIENCE).until(() -> state(study).equals("failed"));
        assertThat(analysis(study).getString("items[0].problem")).contains(lost).contains("expected sha256:");

        store.delete(lost);
        store.putIfAbsent(lost, bytes, "application/octet-stream");
        given().post(retry).then().statusCode(202);
        await().atMost(PATIENCE).until(() -> state(study).equals("completed"));
    }
}

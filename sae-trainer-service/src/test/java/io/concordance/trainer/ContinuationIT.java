package io.concordance.trainer;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.FeatureDiscovered;
import io.concordance.contracts.event.ShardQuarantined;
import io.concordance.contracts.event.Topics;
import io.concordance.contracts.feature.FeatureUids;
import io.concordance.kit.testing.PlatformResource;
import io.concordance.trainer.step.Activation;
import io.concordance.trainer.step.TrainConfig;
import io.concordance.trainer.stream.MemoryShards;
import io.concordance.trainer.stream.ShardOrder;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What becomes of bad shards and of runs that diverge, and how a dictionary is continued. */
@QuarkusTest
@TestProfile(SmallWindows.class)
@QuarkusTestResource(PlatformResource.class)
class ContinuationIT extends DictionaryRuns {
    @Test
    void shardsThatCannotBeWhatWasAnnouncedAreLeftOutAndSaidSo() {
        CaptureFixture job = new CaptureFixture(WIDTH, 7, 300, "learning", 21);
        Event<?> otherBytes = job.written(1);
        job.replace(2, WIDTH, Float.NaN);
        job.replace(3, WIDTH + 1, 0);
        job.replace(1, WIDTH, 0);
        for (int slice = 0; slice < 6; slice++) {
            store.putIfAbsent(job.key(slice), job.shard(slice), "application/octet-stream");
        }
        publish(List.of(job.accepted()));
        publish(List.of(
                job.written(0),
                otherBytes,
                job.replaced(2, WIDTH),
                job.replaced(3, WIDTH + 1),
                job.written(4),
                job.written(5),
                job.written(6)));

        String id = submit(request("bad shards", List.of(job.id), 10_000)).getString("id");
        JsonPath run = awaitEnd(id);

        assertThat(run.getString("state")).as(run.prettify()).isEqualTo("completed");
        assertThat(run.getInt("quarantined.shards")).isEqualTo(4);
        TrainConfig config = TrainConfig.of(64, 4, Activation.BATCHTOPK, 10_000, 7, 64, null, SmallWindows.WINDOW_ROWS);
        MemoryShards good = new MemoryShards(WIDTH);
        for (int slice = 0; slice < 7; slice++) {
            boolean bad = List.of(1, 2, 3, 6).contains(slice);
            good.add(job.id, slice, bad ? new float[0] : job.rows(slice), !bad);
        }
        ShardOrder order = new ShardOrder(List.of(new ShardOrder.Job(job.id, 7)));
        assertThat(run.getString("digest")).isEqualTo(inProcess(config, order, good, null, UnaryOperator.identity()));

        JsonPath listed = given().get("/v1/dictionaries/" + id + "/quarantine")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        assertThat(listed.getList("items.slice")).containsExactly(1, 2, 3, 6);
        assertThat(listed.getList("items.reason")).containsExactly("digest", "not-finite", "width", "missing");
        String bootstrap = platform.endpoints().kafka().bootstrapServers();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(
                                TopicReader.read(bootstrap, Topics.SHARD_QUARANTINED, ShardQuarantined.class).stream()
                                        .map(Event::data)
                                        .filter(shard -> shard.runId().equals(id))
                                        .map(ShardQuarantined::reason))
                        .containsExactlyInAnyOrder("digest", "not-finite", "width", "missing"));
    }

    @Test
    void aRunThatDivergesFailsWithTheReasonAndItsLastGoodDictionaryCanBeContinued() throws Exception {
        CaptureFixture job = new CaptureFixture(WIDTH, 4, 400, "learning", 31);
        publish(List.of(job.accepted()));
        publish(announcements(job));
        Map<String, Object> request = request("too fast", List.of(job.id), 80_000);
        request.put("learningRate", 1.0);
        request.put("publishEvery", 500);
        String id = submit(request).getString("id");
        JsonPath run = awaitEnd(id);

        assertThat(run.getString("state")).as(run.prettify()).isEqualTo("failed");
        assertThat(run.getString("problem"))
                .contains("diverged")
                .contains("lower learningRate")
                .contains("last good checkpoint is of step " + run.getLong("lastPublished.step"));
        assertThat(run.getString("digest")).isNull();
        readsBack(id, run.getString("lastPublished.digest"), run.getString("lastPublished.objectPrefix"));

        Map<String, Object> slower = continuing(List.of(job.id), id, 30_000);
        JsonPath next = awaitEnd(submit(slower).getString("id"));
        assertThat(next.getString("state")).as(next.prettify()).isEqualTo("completed");
        assertThat(next.getString("config.from")).isEqualTo(run.getString("lastPublished.digest"));
        assertThat(next.getDouble("metrics.fvu")).isLessThan(1);
    }

    private static Map<String, Object> continuing(List<String> jobs, String from, long tokens) {
        Map<String, Object> request = new HashMap<>();
        request.put("name", "continued");
        request.put("jobs", jobs);
        request.put("tokens", tokens);
        request.put("batch", 64);
        request.put("from", from);
        return request;
    }

    @Test
    void aFinishedRunIsContinuedWithNewArmsAndItsFeaturesKeepTheirIdentity() throws Exception {
        CaptureFixture job = new CaptureFixture(WIDTH, 4, 400, "learning", 41);
        CaptureFixture more = new CaptureFixture(WIDTH, 20, 100, "learning", 42);
        publish(List.of(job.accepted(), more.accepted()));
        publish(announcements(job));
        publish(announcements(more));
        JsonPath first =
                awaitEnd(submit(request("first", List.of(job.id), 30_000)).getString("id"));
        String digest = first.getString("digest");

        Map<String, Object> request = continuing(List.of(job.id, more.id), digest, 30_000);
        request.put("publishEvery", 10_000);
        request.put("heldOut", 0.1);
        String id = submit(request).getString("id");
        JsonPath second = awaitEnd(id);
        assertThat(second.getString("state")).as(second.prettify()).isEqualTo("completed");
        assertThat(second.getInt("generation")).isEqualTo(2);
        assertThat(second.getInt("config.width")).isEqualTo(64);
        assertThat(second.getString("config.from")).isEqualTo(digest);
        assertThat(second.getLong("coverage.heldOut")).isPositive();
        assertThat(second.getLong("coverage.seen") + second.getLong("coverage.heldOut"))
                .isEqualTo(second.getLong("coverage.rows"));
        assertThat(second.getInt("metrics.heldOut.rows")).isEqualTo(300);
        assertThat(second.getDouble("metrics.heldOut.fvu")).isBetween(0.0, 1.0);
        assertThat(second.getString("lastPublished.digest")).isNotNull();
        JsonPath again = awaitEnd(submit(request).getString("id"));
        assertThat(again.getString("digest")).isEqualTo(second.getString("digest"));

        TrainConfig config = TrainConfig.of(64, 4, Activation.BATCHTOPK, 30_000, 0, 64, null, SmallWindows.WINDOW_ROWS)
                .heldOut(0.1);
        MemoryShards memory = new MemoryShards(WIDTH);
        job.addTo(memory);
        more.addTo(memory);
        ShardOrder order = new ShardOrder(
                List.of(new ShardOrder.Job(job.id, job.slices), new ShardOrder.Job(more.id, more.slices)));
        assertThat(second.getString("digest"))
                .isEqualTo(inProcess(config, order, memory, digest, UnaryOperator.identity()));
        keptTheirIdentity(id, digest, second.getString("digest"), second.getInt("features"));

        refusedContinuation("from", "sha256:" + "0".repeat(64), "width", 64);
        refusedContinuation("from", "no digest", "width", 64);
        refusedContinuation("width", digest, "width", 65);
        refusedContinuation("activation", digest, "activation", "topk");
        refusedContinuation("heldOut", digest, "heldOut", 0.9);
        refusedContinuation("publishEvery", digest, "publishEvery", 1);
    }

    private void refusedContinuation(String field, String from, String key, Object value) {
        CaptureFixture job = new CaptureFixture(WIDTH, 1, 10, "learning", 1);
        publish(List.of(job.accepted()));
        Map<String, Object> request = continuing(List.of(job.id), from, 1000);
        request.put(key, value);
        given().contentType(ContentType.JSON)
                .body(request)
                .post("/v1/dictionaries")
                .then()
                .log()
                .ifValidationFails()
                .statusCode(400)
                .body("field", equalTo(field));
    }

    /** Over the dictionaries published on the way, every feature of the last one goes back to one of the first. */
    private void keptTheirIdentity(String id, String first, String last, int announced) {
        String bootstrap = platform.endpoints().kafka().bootstrapServers();
        await().atMost(PATIENCE).untilAsserted(() -> {
            List<FeatureDiscovered> said =
                    TopicReader.read(bootstrap, Topics.FEATURE_DISCOVERED, FeatureDiscovered.class).stream()
                            .map(Event::data)
                            .filter(feature -> feature.runId().equals(id))
                            .toList();
            assertThat(said.stream().filter(feature -> feature.dictionary().equals(last)))
                    .hasSize(announced);
            assertThat(said)
                    .allSatisfy(feature -> assertThat(feature.generation()).isEqualTo(2));
            Map<String, String> earlier = new HashMap<>();
            said.stream()
                    .filter(feature -> feature.earlier() != null)
                    .forEach(feature -> earlier.put(feature.featureUid(), feature.earlier()));
            long traced = said.stream()
                    .filter(feature -> feature.dictionary().equals(last)
                            && feature.change().equals("kept"))
                    .filter(feature -> {
                        String uid = feature.featureUid();
                        for (int i = 0; i < 4 && earlier.containsKey(uid); i++) {
                            uid = earlier.get(uid);
                        }
                        return uid.equals(FeatureUids.of(first, feature.index()));
                    })
                    .count();
            assertThat(traced).isGreaterThan(announced / 2);
        });
    }
}

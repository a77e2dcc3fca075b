package io.concordance.trainer;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.concordance.contracts.dictionary.DictionaryInput;
import io.concordance.contracts.event.DictionaryCheckpointed;
import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.FeatureDiscovered;
import io.concordance.contracts.event.Topics;
import io.concordance.contracts.feature.FeatureUids;
import io.concordance.kit.testing.PlatformResource;
import io.concordance.trainer.step.Activation;
import io.concordance.trainer.step.Position;
import io.concordance.trainer.step.TrainConfig;
import io.concordance.trainer.stream.Differences;
import io.concordance.trainer.stream.MemoryShards;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The trainer on a real Kafka, S3 and PostgreSQL, fed as the capture service feeds it. */
@QuarkusTest
@TestProfile(SmallWindows.class)
@QuarkusTestResource(PlatformResource.class)
class DictionaryIT extends DictionaryRuns {
    @Test
    void aRunLearnsEveryRowOnceAnEpochWhateverTheOrderOfArrival() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("arrival order from seed " + seed);
        CaptureFixture first = new CaptureFixture(WIDTH, 8, 300, "learning", 100);
        CaptureFixture second = new CaptureFixture(WIDTH, 5, 200, "learning", 900);
        List<Event<?>> events = announcements(first);
        events.addAll(announcements(second));
        Collections.shuffle(events, new Random(seed));
        int half = events.size() / 2;
        List<Event<?>> early = new ArrayList<>(events.subList(0, half));
        early.addAll(events.subList(0, half / 2));
        publish(early);
        publish(List.of(first.accepted(), second.accepted()));

        JsonPath submitted = submit(request("toy", List.of(first.id, second.id), 40_000));
        String id = submitted.getString("id");
        assertThat(submitted.getString("state")).isEqualTo("waiting");
        publish(events.subList(half / 2, events.size()));
        JsonPath run = awaitEnd(id);

        assertThat(run.getString("state")).as(run.prettify()).isEqualTo("completed");
        long rows = first.rowCount() + second.rowCount();
        assertThat(run.getLong("coverage.rows")).isEqualTo(rows);
        assertThat(run.getLong("coverage.seen")).isEqualTo(rows);
        assertThat(run.getLong("step")).isEqualTo(run.getLong("steps"));
        assertThat(run.getLong("tokens")).isEqualTo(run.getLong("tokensTotal"));
        assertThat(run.getDouble("metrics.fvu")).isBetween(0.0, 0.6);

        TrainConfig config = TrainConfig.of(64, 4, Activation.BATCHTOPK, 40_000, 7, 64, null, SmallWindows.WINDOW_ROWS);
        assertThat(run.getString("digest")).isEqualTo(inProcess(config, first, second));
        readsBack(id, run.getString("digest"), run.getString("objectPrefix"));
        announces(id, run.getString("digest"));
        historyEndsAtTheLastStep(id, run);
        assertThat(run.getDouble("metrics.explained")).isCloseTo(1 - run.getDouble("metrics.fvu"), within(1e-6));
        assertThat(run.getDouble("metrics.cosine")).isBetween(0.5, 1.0);
        assertThat(given().get("/q/metrics").then().statusCode(200).extract().asString())
                .contains("concordance_trainer_steps_seconds_count", "concordance_trainer_checkpoints_seconds_count");
    }

    private void announces(String id, String digest) {
        String bootstrap = platform.endpoints().kafka().bootstrapServers();
        await().atMost(PATIENCE).untilAsserted(() -> {
            List<DictionaryCheckpointed> checkpoints =
                    TopicReader.read(bootstrap, Topics.DICTIONARY_CHECKPOINTED, DictionaryCheckpointed.class).stream()
                            .map(Event::data)
                            .filter(checkpoint -> checkpoint.runId().equals(id))
                            .toList();
            DictionaryCheckpointed last = checkpoints.getLast();
            assertThat(last.complete()).isTrue();
            assertThat(last.dictionary()).isEqualTo(digest);
            assertThat(store.exists(last.checkpoint().key())).isTrue();
            assertThat(checkpoints.stream().filter(DictionaryCheckpointed::complete))
                    .hasSize(1);

            List<FeatureDiscovered> features =
                    TopicReader.read(bootstrap, Topics.FEATURE_DISCOVERED, FeatureDiscovered.class).stream()
                            .map(Event::data)
                            .filter(feature -> feature.runId().equals(id))
                            .toList();
            assertThat(features).isNotEmpty().hasSizeLessThanOrEqualTo(64);
            assertThat(features).allSatisfy(feature -> {
                assertThat(feature.featureUid()).isEqualTo(FeatureUids.of(digest, feature.index()));
                assertThat(feature.change()).isEqualTo("new");
                assertThat(feature.firingRate()).isBetween(0.0, 1.0);
            });
            assertThat(features.stream().map(FeatureDiscovered::index).distinct())
                    .hasSameSizeAs(features);
        });
    }

    private static void historyEndsAtTheLastStep(String id, JsonPath run) {
        List<Integer> steps = given().get("/v1/dictionaries/" + id + "/metrics")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getList("items.step");
        assertThat(steps).hasSizeGreaterThanOrEqualTo(100).isSorted();
        assertThat((long) steps.getLast()).isEqualTo(run.getLong("steps"));
    }

    @Test
    void trainingBeginsBeforeCaptureEnds() {
        CaptureFixture job = new CaptureFixture(WIDTH, 10, 400, "learning", 5);
        List<Event<?>> shards = announcements(job);
        publish(List.of(job.accepted()));
        publish(shards.subList(0, 5));
        String id = submit(request("early", List.of(job.id), 20_000)).getString("id");

        await().atMost(PATIENCE)
                .until(() -> get(id).getLong("step") > 0
                        && get(id).getString("state").equals("waiting"));
        assertThat(get(id).getString("digest")).isNull();
        publish(shards.subList(5, 10));

        assertThat(awaitEnd(id).getLong("coverage.seen")).isEqualTo(job.rowCount());
    }

    @Test
    void aSliceInSeveralShardsIsReadAsOne() {
        CaptureFixture job = new CaptureFixture(WIDTH, 4, 300, "learning", 11);
        List<Event<?>> shards = announcements(job);
        Map.Entry<String, byte[]> further = job.half(2, 1);
        store.delete(job.key(2));
        store.putIfAbsent(job.key(2), job.half(2, 0).getValue(), "application/octet-stream");
        store.putIfAbsent(further.getKey(), further.getValue(), "application/octet-stream");
        shards.set(2, job.writtenHalf(2, 1));
        publish(List.of(job.accepted()));
        publish(shards);
        String id = submit(request("parts", List.of(job.id), 10_000)).getString("id");
        await().atMost(PATIENCE).until(() -> get(id).getLong("coverage.rows") > 0);
        publish(List.of(job.writtenHalf(2, 0)));

        JsonPath run = awaitEnd(id);

        TrainConfig config = TrainConfig.of(64, 4, Activation.BATCHTOPK, 10_000, 7, 64, null, SmallWindows.WINDOW_ROWS);
        assertThat(run.getString("state")).as(run.prettify()).isEqualTo("completed");
        assertThat(run.getLong("coverage.seen")).isEqualTo(job.rowCount());
        assertThat(run.getString("digest")).isEqualTo(inProcess(config, job));
    }

    @Test
    void aRunReadsTheSlicesThatItsJobHadAtAcceptance() {
        CaptureFixture job = new CaptureFixture(WIDTH, 6, 300, "learning", 12);
        List<Event<?>> shards = announcements(job);
        publish(List.of(job.accepted(4)));
        String before = submit(request("before", List.of(job.id), 10_000)).getString("id");
        publish(List.of(job.accepted()));
        publish(shards);

        JsonPath run = awaitEnd(before);

        long first =
                IntStream.range(0, 4).mapToLong(s -> job.rows(s).length / WIDTH).sum();
        assertThat(run.getString("state")).as(run.prettify()).isEqualTo("completed");
        assertThat(run.getLong("coverage.rows")).isEqualTo(first);
        assertThat(run.getLong("coverage.seen")).isEqualTo(first);
        JsonPath after =
                awaitEnd(submit(request("after", List.of(job.id), 10_000)).getString("id"));
        assertThat(after.getLong("coverage.seen")).isEqualTo(job.rowCount());
    }

    @Test
    void aRunFailsWithTheJobItWaitsFor() {
        CaptureFixture job = new CaptureFixture(WIDTH, 4, 300, "learning", 13);
        publish(List.of(job.accepted()));
        publish(announcements(job).subList(0, 2));
        String id = submit(request("lost", List.of(job.id), 10_000)).getString("id");
        publish(List.of(job.ended("cancelled")));

        JsonPath run = awaitEnd(id);

        assertThat(run.getString("state")).isEqualTo("failed");
        assertThat(run.getString("problem")).contains(job.id).contains("was cancelled");
        refused("jobs[0]", "jobs", List.of(job.id));
    }

    @Test
    void aRunLearnsTheDifferenceOfTwoCapturesWithoutWhatPositionMakesOfIt() {
        CaptureFixture tuned = new CaptureFixture(WIDTH, 6, 300, "learning", 20);
        CaptureFixture base = new CaptureFixture(WIDTH, 6, 300, "learning", 30);
        CaptureFixture other = new CaptureFixture(WIDTH, 5, 300, "learning", 30);
        publish(List.of(tuned.accepted(), base.accepted(), other.accepted()));
        List<Event<?>> events = announcements(base);
        events.addAll(announcements(tuned));
        Collections.shuffle(events, new Random(1));
        publish(events);
        publish(events.subList(0, 3));
        Map<String, Object> request = request("difference", List.of(tuned.id), 20_000);
        request.put("input", Map.of("minus", Map.of("jobs", List.of(other.id))));
        refused("input.minus.jobs[0]", request);
        request.put("input", Map.of("minus", Map.of()));
        refused("input.minus.jobs[0]", request);
        request.put("input", Map.of("minus", Map.of("hook", "resid_post.9")));
        refused("input.minus.hook", request);
        request.put("input", Map.of("position", "rope"));
        refused("input.position", request);
        request.put("input", Map.of("minus", Map.of("jobs", List.of(base.id)), "position", "subtract"));

        JsonPath run = awaitEnd(submit(request).getString("id"));

        assertThat(run.getString("state")).as(run.prettify()).isEqualTo("completed");
        assertThat(run.getString("config.input.minus.jobs[0]")).isEqualTo(base.id);
        assertThat(run.getBoolean("rows.position.subtracted")).isTrue();
        assertThat(run.getLong("rows.position.rows")).isEqualTo(tuned.rowCount());
        assertThat(run.getDouble("rows.sameDocument.ratio")).isPositive();
        TrainConfig config = TrainConfig.of(64, 4, Activation.BATCHTOPK, 20_000, 7, 64, null, SmallWindows.WINDOW_ROWS)
                .position(Position.SUBTRACT);
        DictionaryInput.Minus minus = new DictionaryInput.Minus(CaptureFixture.MODEL, CaptureFixture.HOOK);
        MemoryShards less = new MemoryShards(WIDTH);
        base.addTo(less);
        assertThat(run.getString("digest"))
                .isEqualTo(inProcess(
                        config,
                        own -> new Differences(own, less, Map.of(tuned.id, base.id)),
                        dictionary -> dictionary.reading(dictionary.input().less(minus)),
                        tuned));
    }

    @Test
    void aRunThatWaitsForShardsLetsOthersTrain() {
        CaptureFixture stuck = new CaptureFixture(WIDTH, 4, 300, "learning", 5);
        CaptureFixture whole = new CaptureFixture(WIDTH, 4, 300, "learning", 6);
        publish(List.of(stuck.accepted(), whole.accepted()));
        publish(announcements(whole));
        String waiting = submit(request("stuck", List.of(stuck.id), 10_000)).getString("id");
        String other = submit(request("whole", List.of(whole.id), 10_000)).getString("id");

        assertThat(awaitEnd(other).getString("state")).isEqualTo("completed");
        assertThat(get(waiting).getString("state")).isEqualTo("waiting");
        given().delete("/v1/dictionaries/" + waiting).then().statusCode(200).body("state", equalTo("cancelled"));
    }

    @Test
    void longRunsTakeTurns() {
        CaptureFixture job = new CaptureFixture(WIDTH, 4, 300, "learning", 8);
        publish(List.of(job.accepted()));
        publish(announcements(job));
        String first = submit(request("first", List.of(job.id), 500_000_000)).getString("id");
        await().atMost(PATIENCE).until(() -> get(first).getLong("step") > 0);
        String second = submit(request("second", List.of(job.id), 500_000_000)).getString("id");

        await().atMost(PATIENCE).until(() -> get(second).getLong("step") > 0);
        long before = get(first).getLong("step");
        await().atMost(PATIENCE).until(() -> get(first).getLong("step") > before);

        for (String id : List.of(first, second)) {
            given().delete("/v1/dictionaries/" + id).then().statusCode(200);
        }
    }

    @Test
    void onlyChosenArmsAreLearntFrom() {
        CaptureFixture job = new CaptureFixture(WIDTH, 6, 300, "learning", 8);
        publish(List.of(job.accepted()));
        publish(announcements(job));
        Map<String, Object> request = request("one arm", List.of(job.id), 10_000);
        request.put("arms", List.of("benign"));
        JsonPath run = awaitEnd(submit(request).getString("id"));

        long benign = (job.rows(0).length + job.rows(2).length + job.rows(4).length) / WIDTH;
        assertThat(run.getString("state")).isEqualTo("completed");
        assertThat(run.getLong("coverage.rows")).isEqualTo(benign);
        assertThat(run.getLong("coverage.seen")).isEqualTo(benign);
    }

    @Test
    void aSteeredCaptureIsLearntFromLessItsSteering() {
        CaptureFixture steered = new CaptureFixture(WIDTH, 4, 300, "learning", 18);
        CaptureFixture unsteered = new CaptureFixture(WIDTH, 4, 300, "learning", 28);
        CaptureFixture longer = new CaptureFixture(WIDTH, 4, 301, "learning", 28);
        publish(List.of(steered.accepted(), unsteered.accepted(), longer.accepted()));
        publish(announcements(steered));
        publish(announcements(unsteered));
        publish(announcements(longer));
        List<Double> push = new ArrayList<>(Collections.nCopies(WIDTH, 0.0));
        Map<String, Object> request = request("steered", List.of(steered.id), 10_000);
        refusedWithout("job", request, unsteered.id, push, unsteered.id, "benign");
        refusedWithout("job", request, steered.id, push, unsteered.id, "benign");
        request.put("arms", List.of("benign"));
        refusedWithout("directions[0]", request, steered.id, push, unsteered.id, "benign");
        push.set(3, 2.0);
        refusedWithout("shift.job", request, steered.id, push, steered.id, "benign");
        refusedWithout("shift.job", request, steered.id, push, unsteered.id, "off-policy");
        refusedWithout("shift.arm", request, steered.id, push, unsteered.id, "unheard-of");

        request.put("input", without(steered.id, push, longer.id, "benign"));
        JsonPath other = awaitEnd(submit(request).getString("id"));
        request.put("input", without(steered.id, push, unsteered.id, "benign"));
        JsonPath run = awaitEnd(submit(request).getString("id"));

        assertThat(other.getString("state")).isEqualTo("failed");
        assertThat(other.getString("problem"))
                .contains("input.without[0].shift")
                .contains("rows unsteered");
        assertThat(run.getString("state")).as(run.prettify()).isEqualTo("completed");
        assertThat(run.getString("config.input.without[0].arm")).isEqualTo("benign");
        JsonPath removed = given().get("/v1/dictionaries/" + run.getString("id") + "/export/cfg.json")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .setRootPath("metadata.training_architecture_details.steering_removed[0]");
        assertThat(removed.getString("arm")).isEqualTo("benign");
        assertThat(removed.getLong("rows")).isEqualTo((steered.rows(0).length + steered.rows(2).length) / WIDTH);
        assertThat(removed.getFloat("directions[0][3]")).isEqualTo(1);
        assertThat(removed.getList("shift")).hasSize(WIDTH);
        refusedWithout("directions[0]", request, steered.id, push.subList(2, 9), unsteered.id, "benign");
    }

    private static Map<String, Object> without(String job, List<Double> direction, String unsteered, String arm) {
        return Map.of(
                "without",
                List.of(Map.of(
                        "job", job,
                        "directions", List.of(direction),
                        "shift", Map.of("job", unsteered, "arm", arm))));
    }

    private static void refusedWithout(
            String field,
            Map<String, Object> request,
            String job,
            List<Double> direction,
            String unsteered,
            String arm) {
        Map<String, Object> refused = new HashMap<>(request);
        refused.put("input", without(job, direction, unsteered, arm));
        refused("input.without[0]." + field, refused);
    }

    @Test
    void aRunCanBeCancelledAndThenStays() {
        CaptureFixture job = new CaptureFixture(WIDTH, 4, 300, "learning", 8);
        publish(List.of(job.accepted()));
        publish(announcements(job));
        String id = submit(request("long", List.of(job.id), 500_000_000)).getString("id");
        await().atMost(PATIENCE).until(() -> get(id).getLong("step") > 0);

        given().delete("/v1/dictionaries/" + id).then().statusCode(200).body("state", equalTo("cancelled"));
        given().get("/v1/dictionaries/" + id + "/export/cfg.json").then().statusCode(409);
        String after = submit(request("next", List.of(job.id), 5_000)).getString("id");

        assertThat(awaitEnd(after).getString("state")).isEqualTo("completed");
        assertThat(get(id).getString("state")).isEqualTo("cancelled");
        given().delete("/v1/dictionaries/" + after).then().statusCode(409);
    }

    @Test
    void whatCannotBeTrainedIsRefusedAtTheDoor() {
        CaptureFixture learning = new CaptureFixture(WIDTH, 1, 10, "learning", 1);
        CaptureFixture evaluation = new CaptureFixture(WIDTH, 1, 10, "evaluation", 1);
        publish(List.of(learning.accepted(), evaluation.accepted()));
        submit(request("known", List.of(learning.id), 1000));
        refused("jobs[0]", "jobs", List.of(UUID.randomUUID().toString()));
        refused("jobs[0]", "jobs", List.of("no id"));
        refused("jobs[1]", "jobs", List.of(learning.id, evaluation.id));
        refused("jobs[1]", "jobs", List.of(learning.id, learning.id));
        refused("jobs", "jobs", List.of());
        refused("hook", "hook", "blocks.9.hook_resid_post", learning.id);
        refused("width", "width", 0, learning.id);
        refused("width", "width", null, learning.id);
        refused("k", "k", 65, learning.id);
        refused("k", "k", 0, learning.id);
        refused("tokens", "tokens", 0, learning.id);
        refused("tokens", "tokens", -5, learning.id);
        refused("batch", "batch", 0, learning.id);
        refused("learningRate", "learningRate", -1.0, learning.id);
        refused("activation", "activation", "gelu", learning.id);
        refused("arms[1]", "arms", List.of("benign", "unheard-of"), learning.id);
        refused("arms", "arms", List.of(), learning.id);
        refused("name", "name", " ", learning.id);
        refused("colour", "colour", "blue", learning.id);
    }

    private static void refused(String field, String key, Object value, String... job) {
        Map<String, Object> request = request("refused", job.length == 0 ? List.of("-") : List.of(job), 1000);
        request.put(key, value);
        refused(field, request);
    }

    private static void refused(String field, Map<String, Object> request) {
        given().contentType(ContentType.JSON)
                .body(request)
                .post("/v1/dictionaries")
                .then()
                .log()
                .ifValidationFails()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("field", equalTo(field));
    }

    @Test
    void theSameKeyTwiceIsOneRun() {
        CaptureFixture job = new CaptureFixture(WIDTH, 1, 10, "learning", 1);
        publish(List.of(job.accepted()));
        submit(request("known", List.of(job.id), 1000));
        String key = UUID.randomUUID().toString();
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            ids.add(given().contentType(ContentType.JSON)
                    .header("Idempotency-Key", key)
                    .body(request("once", List.of(job.id), 1000))
                    .post("/v1/dictionaries")
                    .then()
                    .statusCode(202)
                    .extract()
                    .jsonPath()
                    .getString("id"));
        }
        assertThat(ids.get(1)).isEqualTo(ids.get(0));
    }
}

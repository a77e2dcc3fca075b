package io.concordance.trainer;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryFiles;
import io.concordance.contracts.dictionary.DictionaryInfo;
import io.concordance.contracts.dictionary.DictionaryInput;
import io.concordance.contracts.event.DictionaryCheckpointed;
import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.FeatureDiscovered;
import io.concordance.contracts.event.ShardQuarantined;
import io.concordance.contracts.event.Topics;
import io.concordance.contracts.feature.FeatureUids;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.testing.Platform;
import io.concordance.kit.testing.PlatformResource;
import io.concordance.trainer.checkpoint.Training;
import io.concordance.trainer.kernel.Processor;
import io.concordance.trainer.step.Activation;
import io.concordance.trainer.step.Position;
import io.concordance.trainer.step.TrainConfig;
import io.concordance.trainer.stream.Differences;
import io.concordance.trainer.stream.MemoryShards;
import io.concordance.trainer.stream.ShardOrder;
import io.concordance.trainer.stream.ShardSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The trainer on a real Kafka, S3 and PostgreSQL, fed as the capture service feeds it. */
@QuarkusTest
@TestProfile(SmallWindows.class)
@QuarkusTestResource(PlatformResource.class)
class DictionaryIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int WIDTH = 24;

    @Inject
    ObjectStore store;

    Platform platform;

    @TempDir
    Path folder;

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
        given().get("/q/metrics").then().statusCode(200);
    }

    private List<Event<?>> announcements(CaptureFixture job) {
        List<Event<?>> events = new ArrayList<>();
        for (int slice = 0; slice < job.slices; slice++) {
            store.putIfAbsent(job.key(slice), job.shard(slice), "application/octet-stream");
            events.add(job.written(slice));
        }
        return events;
    }

    private void publish(List<? extends Event<?>> events) {
        CaptureFixture.publish(platform.endpoints().kafka().bootstrapServers(), events);
    }

    private static Map<String, Object> request(String name, List<String> jobs, long tokens) {
        Map<String, Object> request = new HashMap<>();
        request.put("name", name);
        request.put("jobs", jobs);
        request.put("hook", "resid_post.2");
        request.put("width", 64);
        request.put("k", 4);
        request.put("activation", "batchtopk");
        request.put("tokens", tokens);
        request.put("seed", 7);
        request.put("batch", 64);
        return request;
    }

    private static JsonPath submit(Map<String, Object> request) {
        return given().contentType(ContentType.JSON)
                .body(request)
                .post("/v1/dictionaries")
                .then()
                .log()
                .ifValidationFails()
                .statusCode(202)
                .extract()
                .jsonPath();
    }

    private static JsonPath get(String id) {
        return given().get("/v1/dictionaries/" + id)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private static JsonPath awaitEnd(String id) {
        await().atMost(PATIENCE).until(() -> !List.of("waiting", "training").contains(get(id).getString("state")));
        return get(id);
    }

    /**
     * @param from digest of the dictionary that is continued
     */
    private String inProcess(
            TrainConfig config,
            ShardOrder order,
            ShardSource shards,
            @Nullable String from,
            UnaryOperator<Dictionary> result) {
        Dictionary start = null;
        DictionaryInfo.Continued continued = null;
        if (from != null) {
            String prefix = "dictionaries/" + from.substring("sha256:".length()) + "/";
            Path files = folder.resolve("from");
            try {
                Files.createDirectories(files);
                for (String file : List.of(DictionaryFiles.CONFIG, DictionaryFiles.WEIGHTS)) {
                    Files.write(files.resolve(file), store.get(prefix + file, 1 << 20));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            start = DictionaryFiles.read(files);
            continued = new DictionaryInfo.Continued(from, 2);
        }
        try (Training training = new Training(config, WIDTH, order, shards, Processor.cpu(1), null, start)) {
            while (training.advance() != Training.Advance.DONE) {}
            return DictionaryFiles.write(
                    result.apply(training.export(CaptureFixture.MODEL, CaptureFixture.HOOK, continued)),
                    folder.resolve("in-process"));
        }
    }

    private String inProcess(TrainConfig config, CaptureFixture... jobs) {
        return inProcess(config, own -> own, dictionary -> dictionary, jobs);
    }

    private String inProcess(
            TrainConfig config,
            UnaryOperator<ShardSource> source,
            UnaryOperator<Dictionary> result,
            CaptureFixture... jobs) {
        MemoryShards memory = new MemoryShards(WIDTH);
        List<ShardOrder.Job> order = new ArrayList<>();
        for (CaptureFixture job : jobs) {
            job.addTo(memory);
            order.add(new ShardOrder.Job(job.id, job.slices));
        }
        return inProcess(config, new ShardOrder(order), source.apply(memory), null, result);
    }

    private void readsBack(String id, String digest, String prefix) throws Exception {
        Path export = Files.createDirectories(folder.resolve("export"));
        for (String file : List.of(DictionaryFiles.CONFIG, DictionaryFiles.WEIGHTS)) {
            byte[] served = given().get("/v1/dictionaries/" + id + "/export/" + file)
                    .then()
                    .statusCode(200)
                    .extract()
                    .asByteArray();
            assertThat(store.get(prefix + file, 1 << 20)).isEqualTo(served);
            Files.write(export.resolve(file), served);
        }
        assertThat(DictionaryFiles.digest(export)).isEqualTo(digest);
        Dictionary dictionary = DictionaryFiles.read(export);
        assertThat(dictionary.width()).isEqualTo(WIDTH);
        assertThat(dictionary.features()).isEqualTo(64);
        assertThat(dictionary.threshold()[0]).isPositive();
        assertThat(dictionary.info().hook()).isEqualTo(CaptureFixture.HOOK);
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

package io.concordance.trainer;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryFiles;
import io.concordance.contracts.dictionary.DictionaryInfo;
import io.concordance.contracts.dictionary.ImportedFrom;
import io.concordance.contracts.dictionary.SparsifyFiles;
import io.concordance.contracts.event.DictionaryCheckpointed;
import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.FeatureDiscovered;
import io.concordance.contracts.event.Topics;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.testing.Platform;
import io.concordance.kit.testing.PlatformResource;
import io.concordance.trainer.step.SparseData;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dictionaries that were trained elsewhere, through the door of the real service. */
@QuarkusTest
@TestProfile(SmallWindows.class)
@QuarkusTestResource(PlatformResource.class)
class ImportIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int WIDTH = 24;
    private static final int FEATURES = 64;
    private static final int K = 4;

    @Inject
    ObjectStore store;

    @Inject
    KnownCaptures captures;

    Platform platform;

    @TempDir
    Path folder;

    private Dictionary given;
    private Path config;
    private Path weights;

    /** A TopK dictionary in the layout of sparsify, without what only this platform writes there. */
    @BeforeEach
    void sparsifyFiles() throws Exception {
        Random random = new Random(31);
        float[] rows = new SparseData(WIDTH, FEATURES, 1, 1).rows(FEATURES, 5);
        for (int j = 0; j < FEATURES; j++) {
            double norm = 0;
            for (int i = 0; i < WIDTH; i++) {
                rows[j * WIDTH + i] += (float) (1e-3 * random.nextGaussian());
                norm += Math.pow(rows[j * WIDTH + i], 2);
            }
            for (int i = 0; i < WIDTH; i++) {
                rows[j * WIDTH + i] /= (float) Math.sqrt(norm);
            }
        }
        given = new Dictionary(
                WIDTH,
                FEATURES,
                rows.clone(),
                new float[FEATURES],
                rows,
                new float[WIDTH],
                new float[FEATURES],
                new DictionaryInfo("topk", "topk", K, "pythia", "layers.2", 0, 0, 0, 0));
        SparsifyFiles.write(given, folder);
        config = folder.resolve(SparsifyFiles.CONFIG);
        weights = folder.resolve(SparsifyFiles.WEIGHTS);
        Files.writeString(config, Files.readString(config).replaceFirst("\"concordance\":\\{[^}]*\\},", ""));
    }

    @Test
    void aDictionaryFromElsewhereIsMeasuredAndPublishedAsAnyOther() throws Exception {
        CaptureFixture job = new CaptureFixture(WIDTH, 4, 300, "learning", 77);
        publish(List.of(job.accepted()));
        await().atMost(PATIENCE)
                .until(() ->
                        importing(config, weights, CaptureFixture.HOOK, job.id).statusCode() == 202);
        JsonPath waiting = importing(config, weights, "resid_post.2", job.id)
                .then()
                .statusCode(200)
                .body("imported.layout", equalTo(ImportedFrom.SPARSIFY))
                .body("state", equalTo("waiting"))
                .body("config.k", equalTo(K))
                .extract()
                .jsonPath();
        List<Event<?>> shards = new ArrayList<>();
        for (int slice = 0; slice < job.slices; slice++) {
            store.putIfAbsent(job.key(slice), job.shard(slice), "application/octet-stream");
            shards.add(job.written(slice));
        }
        publish(shards);
        String id = waiting.getString("id");
        await().atMost(PATIENCE).until(() -> !List.of("waiting", "training").contains(run(id).getString("state")));

        JsonPath run = run(id);
        assertThat(run.getString("state")).as(run.prettify()).isEqualTo("completed");
        assertThat(run.getLong("tokens")).isEqualTo(job.rowCount());
        assertThat(run.getDouble("metrics.l0")).isBetween(2.0, 8.0);
        Dictionary published = published(run);
        assertThat(published.encoder()).isEqualTo(given.encoder());
        assertThat(published.decoder()).isEqualTo(given.decoder());
        assertThat(published.threshold()[0]).isPositive();
        assertThat(published.info().model()).isEqualTo(CaptureFixture.MODEL);
        announced(id, run);
        assertThat(importing(config, weights, CaptureFixture.HOOK, job.id)
                        .jsonPath()
                        .getString("digest"))
                .isEqualTo(run.getString("digest"));
    }

    private Dictionary published(JsonPath run) throws Exception {
        Path found = Files.createDirectories(folder.resolve("published"));
        for (String file : List.of(DictionaryFiles.CONFIG, DictionaryFiles.WEIGHTS)) {
            Files.write(found.resolve(file), store.get(run.getString("objectPrefix") + file, 1 << 20));
        }
        assertThat(DictionaryFiles.digest(found)).isEqualTo(run.getString("digest"));
        return DictionaryFiles.read(found);
    }

    private void announced(String id, JsonPath run) {
        String bootstrap = platform.endpoints().kafka().bootstrapServers();
        await().atMost(PATIENCE).untilAsserted(() -> {
            List<DictionaryCheckpointed> checkpoints =
                    TopicReader.read(bootstrap, Topics.DICTIONARY_CHECKPOINTED, DictionaryCheckpointed.class).stream()
                            .map(Event::data)
                            .filter(checkpoint -> checkpoint.runId().equals(id))
                            .toList();
            assertThat(checkpoints).hasSize(1);
            DictionaryCheckpointed last = checkpoints.getFirst();
            assertThat(last.complete()).isTrue();
            assertThat(last.dictionary()).isEqualTo(run.getString("digest"));
            assertThat(store.get(last.checkpoint().key(), 1 << 20))
                    .hasSize((int) last.checkpoint().bytes());
            List<FeatureDiscovered> features =
                    TopicReader.read(bootstrap, Topics.FEATURE_DISCOVERED, FeatureDiscovered.class).stream()
                            .map(Event::data)
                            .filter(feature -> feature.runId().equals(id))
                            .toList();
            assertThat(features).hasSize(run.getInt("features")).isNotEmpty().allSatisfy(feature -> {
                assertThat(feature.dictionary()).isEqualTo(run.getString("digest"));
                assertThat(feature.tokens()).isEqualTo(run.getLong("tokens"));
                assertThat(feature.firingRate()).isPositive();
            });
        });
    }

    @Test
    void whatCannotBeImportedIsRefusedAtTheDoor() {
        CaptureFixture job = new CaptureFixture(WIDTH, 1, 10, "learning", 78);
        CaptureFixture evaluation = new CaptureFixture(WIDTH, 1, 10, "evaluation", 79);
        publish(List.of(job.accepted(), evaluation.accepted()));
        refused("hook", importing(config, weights, "blocks.9.hook_resid_post", job.id));
        refused("jobs[0]", importing(config, weights, CaptureFixture.HOOK, evaluation.id));
        refused("config", importing(weights, weights, CaptureFixture.HOOK, job.id));
        refused("weights.header", importing(config, config, CaptureFixture.HOOK, job.id));
        refused("weights", given().multiPart("config", config.toFile()).post("/v1/dictionaries/imports"));
        refused(
                "model",
                given().multiPart("config", config.toFile())
                        .multiPart("weights", weights.toFile())
                        .multiPart("hook", CaptureFixture.HOOK)
                        .multiPart("model", "unheard-of")
                        .post("/v1/dictionaries/imports"));
        given().get("/v1/dictionaries/imports").then().statusCode(405);
    }

    private static void refused(String field, Response response) {
        response.then()
                .log()
                .ifValidationFails()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("field", equalTo(field));
    }

    private static Response importing(Path config, Path weights, String hook, String job) {
        return given().multiPart("config", config.toFile())
                .multiPart("weights", weights.toFile())
                .multiPart("hook", hook)
                .multiPart("jobs", job)
                .post("/v1/dictionaries/imports");
    }

    private static JsonPath run(String id) {
        return given().get("/v1/dictionaries/" + id)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private void publish(List<? extends Event<?>> events) {
        CaptureFixture.publish(platform.endpoints().kafka().bootstrapServers(), events);
        captures.awaitJobs(events);
    }
}

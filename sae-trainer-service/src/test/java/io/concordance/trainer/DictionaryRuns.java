package io.concordance.trainer;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryFiles;
import io.concordance.contracts.dictionary.DictionaryInfo;
import io.concordance.contracts.event.Event;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.testing.Platform;
import io.concordance.trainer.checkpoint.Training;
import io.concordance.trainer.kernel.Processor;
import io.concordance.trainer.step.TrainConfig;
import io.concordance.trainer.stream.MemoryShards;
import io.concordance.trainer.stream.ShardOrder;
import io.concordance.trainer.stream.ShardSource;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;

/** Runs of the trainer on a real Kafka, S3 and PostgreSQL, fed as the capture service feeds it. */
abstract class DictionaryRuns {
    static final Duration PATIENCE = Duration.ofSeconds(90);
    static final int WIDTH = 24;

    @Inject
    ObjectStore store;

    @Inject
    KnownCaptures captures;

    Platform platform;

    @TempDir
    Path folder;

    List<Event<?>> announcements(CaptureFixture job) {
        List<Event<?>> events = new ArrayList<>();
        for (int slice = 0; slice < job.slices; slice++) {
            store.putIfAbsent(job.key(slice), job.shard(slice), "application/octet-stream");
            events.add(job.written(slice));
        }
        return events;
    }

    /** Publishes events and waits until the jobs among them are known, so that a request may name them. */
    void publish(List<? extends Event<?>> events) {
        CaptureFixture.publish(platform.endpoints().kafka().bootstrapServers(), events);
        captures.awaitJobs(events);
    }

    static Map<String, Object> request(String name, List<String> jobs, long tokens) {
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

    static JsonPath submit(Map<String, Object> request) {
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

    static JsonPath get(String id) {
        return given().get("/v1/dictionaries/" + id)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    static JsonPath awaitEnd(String id) {
        await().atMost(PATIENCE).until(() -> !List.of("waiting", "training").contains(get(id).getString("state")));
        return get(id);
    }

    /**
     * @param from digest of the dictionary that is continued
     */
    String inProcess(
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

    String inProcess(TrainConfig config, CaptureFixture... jobs) {
        return inProcess(config, own -> own, dictionary -> dictionary, jobs);
    }

    String inProcess(
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

    void readsBack(String id, String digest, String prefix) throws Exception {
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
}

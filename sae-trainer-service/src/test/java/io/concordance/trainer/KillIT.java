package io.concordance.trainer;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.concordance.contracts.dictionary.DictionaryFiles;
import io.concordance.contracts.event.DictionaryCheckpointed;
import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.FeatureDiscovered;
import io.concordance.contracts.event.Topics;
import io.concordance.kit.testing.Platform;
import io.concordance.kit.testing.ServiceProcess;
import io.concordance.local.StackEndpoints;
import io.concordance.trainer.checkpoint.Training;
import io.concordance.trainer.kernel.Processor;
import io.concordance.trainer.step.Activation;
import io.concordance.trainer.step.TrainConfig;
import io.concordance.trainer.stream.MemoryShards;
import io.concordance.trainer.stream.ShardOrder;
import io.minio.MinioClient;
import io.minio.PutObjectArgs;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged service as a process of its own, ended by kill -9 again and again in the middle of a run. */
class KillIT {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final int WIDTH = 24;
    private static final int KILLS = 3;
    private static final long TOKENS = 400_000;
    private static Platform stack;

    @TempDir
    Path folder;

    private ServiceProcess service;

    @BeforeAll
    static void startStack() throws IOException {
        stack = Platform.start(Path.of(
                        "target",
                        "platform-kill",
                        Long.toString(ProcessHandle.current().pid()))
                .toAbsolutePath());
    }

    @AfterAll
    static void stopStack() throws IOException {
        stack.close();
    }

    @AfterEach
    void stopService() {
        if (service != null) {
            service.kill();
        }
    }

    @Test
    void aServiceKilledInTheMiddleEndsWithTheBytesOfAnUninterruptedRun() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("kill times from seed " + seed);
        Random random = new Random(seed);
        CaptureFixture job = new CaptureFixture(WIDTH, 8, 400, "learning", 3);
        for (int slice = 0; slice < job.slices; slice++) {
            store(job.key(slice), job.shard(slice));
        }
        startService();
        List<Event<?>> events = new ArrayList<>(List.of(job.accepted()));
        for (int slice = 0; slice < job.slices; slice++) {
            events.add(job.written(slice));
        }
        CaptureFixture.publish(stack.endpoints().kafka().bootstrapServers(), events);
        String id = submit(job);

        long step = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            long after = step;
            await().atMost(PATIENCE).until(() -> get(id).getLong("step") > after);
            await().pollDelay(Duration.ofMillis(50 + random.nextInt(500))).until(() -> true);
            step = get(id).getLong("step");
            service.kill();
            System.out.println("killed at step " + step);
            startService();
        }
        await().atMost(PATIENCE).until(() -> !List.of("waiting", "training").contains(get(id).getString("state")));

        JsonPath run = get(id);
        assertThat(run.getString("state")).as(run.prettify()).isEqualTo("completed");
        assertThat(run.getString("digest")).isEqualTo(uninterrupted(job));
        assertThat(run.getLong("coverage.seen")).isEqualTo(job.rowCount());
        announcedOnce(id);
    }

    private static void store(String key, byte[] bytes) throws Exception {
        StackEndpoints.S3 s3 = stack.endpoints().s3();
        MinioClient client = MinioClient.builder()
                .endpoint(s3.endpoint())
                .credentials(s3.accessKey(), s3.secretKey())
                .region("us-east-1")
                .build();
        client.putObject(PutObjectArgs.builder().bucket(s3.bucket()).object(key).stream(
                        new ByteArrayInputStream(bytes), (long) bytes.length, -1L)
                .build());
    }

    private void startService() throws IOException {
        service = ServiceProcess.start(
                "sae-trainer-service",
                stack.endpoints(),
                folder,
                Map.of(
                        "CONCORDANCE_TRAINER_CACHE_DIR",
                        folder.resolve("cache").toString(),
                        "CONCORDANCE_TRAINER_WINDOW_ROWS",
                        Integer.toString(SmallWindows.WINDOW_ROWS),
                        "CONCORDANCE_TRAINER_CHECKPOINT_EVERY",
                        "200ms",
                        "CONCORDANCE_TRAINER_HEARTBEAT",
                        "300ms",
                        "CONCORDANCE_TRAINER_STEAL_AFTER",
                        "2s"));
    }

    private String submit(CaptureFixture job) {
        return given().port(service.port())
                .contentType(ContentType.JSON)
                .body(Map.of(
                        "name",
                        "killed",
                        "jobs",
                        List.of(job.id),
                        "hook",
                        CaptureFixture.HOOK,
                        "width",
                        64,
                        "k",
                        4,
                        "activation",
                        "batchtopk",
                        "tokens",
                        TOKENS,
                        "seed",
                        1,
                        "batch",
                        64))
                .post("/v1/dictionaries")
                .then()
                .statusCode(202)
                .extract()
                .jsonPath()
                .getString("id");
    }

    private JsonPath get(String id) {
        return given().port(service.port())
                .get("/v1/dictionaries/" + id)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private String uninterrupted(CaptureFixture job) {
        MemoryShards memory = new MemoryShards(WIDTH);
        job.addTo(memory);
        TrainConfig config = TrainConfig.of(64, 4, Activation.BATCHTOPK, TOKENS, 1, 64, null, SmallWindows.WINDOW_ROWS);
        ShardOrder order = new ShardOrder(List.of(new ShardOrder.Job(job.id, job.slices)));
        try (Training training = new Training(config, WIDTH, order, memory, Processor.cpu(2), null)) {
            while (training.advance() != Training.Advance.DONE) {}
            return DictionaryFiles.write(
                    training.export(CaptureFixture.MODEL, CaptureFixture.HOOK), folder.resolve("in-process"));
        }
    }

    /** However often it died, it said once that it was complete, and discovered every feature once. */
    private static void announcedOnce(String id) {
        String bootstrap = stack.endpoints().kafka().bootstrapServers();
        await().atMost(PATIENCE).untilAsserted(() -> {
            List<Event<DictionaryCheckpointed>> checkpoints =
                    TopicReader.read(bootstrap, Topics.DICTIONARY_CHECKPOINTED, DictionaryCheckpointed.class);
            assertThat(checkpoints.stream()
                            .filter(event -> event.data().runId().equals(id)
                                    && event.data().complete())
                            .map(Event::id)
                            .distinct())
                    .hasSize(1);
            List<Event<FeatureDiscovered>> features =
                    TopicReader.read(bootstrap, Topics.FEATURE_DISCOVERED, FeatureDiscovered.class);
            assertThat(features.stream().map(event -> event.data().featureUid()).distinct())
                    .isNotEmpty()
                    .hasSameSizeAs(features.stream().map(Event::id).distinct().toList());
        });
    }
}

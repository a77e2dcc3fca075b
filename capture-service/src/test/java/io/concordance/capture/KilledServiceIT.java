package io.concordance.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.event.ObjectRef;
import io.concordance.local.LocalStackProcess;
import io.concordance.local.StackEndpoints;
import io.minio.GetObjectArgs;
import io.minio.MinioClient;
import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KilledServiceIT {
    private static final Map<String, String> SMALL_SLICES = Map.of("CONCORDANCE_CAPTURE_SLICE_TOKENS", "400");
    private static final String HOOK = "blocks.2.hook_resid_post";

    @TempDir
    Path dir;

    @Test
    void keepsEveryRowOnceHoweverOftenTheServiceIsKilled() throws Exception {
        long seed = 20;
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        try (LocalStackProcess stack = LocalStackProcess.start(dir.resolve("stack"))) {
            ServiceProcess service = start(stack);
            List<String> lines = Organism.bundled("benign.jsonl", 1200);
            String id = CaptureClient.submit(CaptureClient.job(
                            Organism.registered(),
                            List.of(HOOK),
                            "fp16",
                            List.of(CaptureClient.arm("a", "benign", Organism.uploaded(CaptureClient.file(lines))))))
                    .jsonPath()
                    .getString("id");
            int total = CaptureClient.job(id).getInt("slices.total");
            assertThat(total).isGreaterThan(60);
            for (int kill = 1; kill <= 3; kill++) {
                int enough = total * kill / 5 + random.nextInt(5);
                await().atMost(Duration.ofMinutes(2))
                        .pollInterval(Duration.ofMillis(1 + random.nextInt(20)))
                        .until(() -> CaptureClient.job(id).getInt("slices.done") >= enough);
                service.kill();
                service = start(stack);
            }

            JsonPath ended = CaptureClient.ended(id);

            assertThat(ended.getString("state")).isEqualTo("completed");
            StackEndpoints.S3 s3 = stack.endpoints().s3();
            MinioClient client = MinioClient.builder()
                    .endpoint(s3.endpoint())
                    .credentials(s3.accessKey(), s3.secretKey())
                    .build();
            StoredShards shards =
                    StoredShards.of(id, stack.endpoints().kafka().bootstrapServers(), object -> fetch(client, object));
            Map<String, BitSet> positions = shards.positions(HOOK, "a");
            assertThat(positions).hasSize(lines.size());
            assertThat(positions.values())
                    .allSatisfy(seen -> assertThat(seen.nextClearBit(0)).isEqualTo(seen.cardinality()));
            assertThat(shards.events()).hasSize(total);
            assertThat(shards.rows()).isEqualTo(ended.getLong("rows")).isEqualTo(ended.getLong("tokens"));
            service.kill();
        }
    }

    private ServiceProcess start(LocalStackProcess stack) throws Exception {
        ServiceProcess service = ServiceProcess.start(stack.endpoints(), dir, SMALL_SLICES);
        RestAssured.baseURI = "http://127.0.0.1";
        RestAssured.port = service.port();
        return service;
    }

    private Path fetch(MinioClient client, ObjectRef object) {
        Path file = dir.resolve(UUID.randomUUID() + ".safetensors");
        try (InputStream data = client.getObject(GetObjectArgs.builder()
                .bucket(object.bucket())
                .object(object.key())
                .build())) {
            Files.copy(data, file);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        assertThat(Digests.sha256(file)).isEqualTo(object.sha256());
        return file;
    }
}

package io.concordance.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.concordance.contracts.event.Topics;
import io.concordance.kit.store.ObjectStore;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** One job on the organism at one hook, and what became of it. */
public final class CaptureScenario {
    private static final String HOOK = "blocks.1.hook_resid_post";

    private final UUID job;
    private final String body;

    private CaptureScenario(UUID job) {
        this.job = job;
        this.body = read(job);
    }

    /** Shards found by their events: how many, and their tensors. */
    public record Shards(int shards, Map<String, List<Object>> tensors) {}

    public static CaptureScenario submitted(int documents) {
        String digest = Organism.transcripts(documents, documents);
        return new CaptureScenario(UUID.fromString(CaptureClient.submit(CaptureClient.job(
                        Organism.registered(),
                        List.of(HOOK),
                        "fp16",
                        List.of(CaptureClient.arm("a", "benign", digest))))
                .jsonPath()
                .getString("id")));
    }

    public static CaptureScenario completed(int documents) {
        CaptureScenario scenario = submitted(documents);
        scenario.awaitCompleted();
        return new CaptureScenario(scenario.job);
    }

    public static CaptureScenario cancelled(int documents) {
        CaptureScenario scenario = submitted(documents);
        assertThat(RestAssured.delete("/v1/capture-jobs/" + scenario.job).statusCode())
                .isEqualTo(200);
        return new CaptureScenario(scenario.job);
    }

    /** A finished search behind the first block, at each radius for two directions. */
    public static CaptureScenario searched(List<Double> radius) {
        Map<String, Object> job = new HashMap<>(CaptureClient.job(
                Organism.registered(),
                List.of("resid_post.0"),
                "fp32",
                List.of(CaptureClient.arm(
                        "a", "benign", Organism.uploaded(CaptureClient.file(Organism.bundled("benign.jsonl", 4)))))));
        job.put("search", Map.of("directions", 2, "radius", radius, "steps", 4, "seed", 7));
        Response accepted = CaptureClient.submit(job);
        assertThat(accepted.statusCode()).as(accepted.asString()).isEqualTo(202);
        CaptureScenario scenario =
                new CaptureScenario(UUID.fromString(accepted.jsonPath().getString("id")));
        scenario.awaitCompleted();
        return scenario;
    }

    /** What a search found. */
    public String directions() {
        return RestAssured.get("/v1/capture-jobs/" + job + "/directions").asString();
    }

    /** Hook points at which shards were promised, each time the job was announced. */
    public List<List<String>> announcedHooks(String kafka) {
        return Announced.accepted(job.toString(), kafka).stream()
                .map(accepted -> accepted.hooks())
                .toList();
    }

    public void awaitCompleted() {
        assertThat(CaptureClient.ended(job.toString()).getString("state")).isEqualTo("completed");
    }

    public UUID job() {
        return job;
    }

    public int slices() {
        return CaptureClient.job(job.toString()).getInt("slices.total");
    }

    public int doneSlices() {
        return CaptureClient.job(job.toString()).getInt("slices.done");
    }

    /** The job's JSON when the scenario was made. */
    public String body() {
        return body;
    }

    public String reread() {
        return read(job);
    }

    public Set<String> objects() {
        return Traces.keys("shards/" + job + "/");
    }

    public Shards shards(String kafka, ObjectStore objects, Path dir) {
        StoredShards stored = StoredShards.of(job.toString(), kafka, objects, dir);
        return new Shards(stored.events().size(), stored.tensors());
    }

    /** Every document has the positions from 0 on, once, and the job's sums are those of its shards. */
    public void requireRowsInBooks(String kafka, ObjectStore objects, Path dir) {
        StoredShards stored = StoredShards.of(job.toString(), kafka, objects, dir);
        var positions = stored.positions(HOOK, "a");
        assertThat(positions).hasSize(CaptureClient.job(job.toString()).getInt("documents"));
        positions.values().forEach(seen -> assertThat(seen.nextClearBit(0)).isEqualTo(seen.cardinality()));
        assertThat(stored.rows()).isEqualTo(CaptureClient.job(job.toString()).getLong("rows"));
        assertThat(stored.rows()).isEqualTo(CaptureClient.job(job.toString()).getLong("tokens"));
    }

    /** Waits until the workers have taken every message that is on the work topic now. */
    public void awaitAllDelivered(String kafka) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka))) {
            Set<TopicPartition> partitions = admin
                    .describeTopics(List.of(Topics.CAPTURE_SLICES))
                    .allTopicNames()
                    .get()
                    .get(Topics.CAPTURE_SLICES)
                    .partitions()
                    .stream()
                    .map(p -> new TopicPartition(Topics.CAPTURE_SLICES, p.partition()))
                    .collect(Collectors.toSet());
            await().atMost(Duration.ofMinutes(1)).until(() -> {
                Map<TopicPartition, ListOffsetsResult.ListOffsetsResultInfo> ends = admin.listOffsets(
                                partitions.stream().collect(Collectors.toMap(p -> p, p -> OffsetSpec.latest())))
                        .all()
                        .get();
                Map<TopicPartition, OffsetAndMetadata> taken = admin.listConsumerGroupOffsets("capture")
                        .partitionsToOffsetAndMetadata()
                        .get();
                return Traces.outboxIsEmpty()
                        && ends.entrySet().stream().allMatch(end -> {
                            OffsetAndMetadata offset = taken.get(end.getKey());
                            return end.getValue().offset() == (offset == null ? 0 : offset.offset());
                        });
            });
        }
    }

    private static String read(UUID job) {
        return RestAssured.get("/v1/capture-jobs/" + job).asString();
    }
}

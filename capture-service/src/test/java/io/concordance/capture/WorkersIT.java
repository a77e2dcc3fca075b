package io.concordance.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.event.ObjectRef;
import io.concordance.contracts.event.ShardWritten;
import io.concordance.contracts.event.Topics;
import io.concordance.kit.testing.Platform;
import io.concordance.kit.testing.ServiceProcess;
import io.concordance.local.StackEndpoints;
import io.minio.GetObjectArgs;
import io.minio.MinioClient;
import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.common.GroupState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One process takes jobs, two others run their slices, and are killed as they do. */
class WorkersIT {
    private static final List<String> HOOKS = List.of("blocks.1.hook_resid_post", "blocks.2.hook_resid_post");
    private static final int DOCUMENTS = 1500;
    private static final int KILLS = 20;
    private static final String GROUP = "capture";
    private static final Map<String, String> SETTINGS = Map.of(
            "CONCORDANCE_CAPTURE_SLICE_TOKENS", "1500",
            "CONCORDANCE_CAPTURE_SLICE_PART_BYTES", "300000",
            "CONCORDANCE_CAPTURE_WORKERS", "1",
            "CONCORDANCE_CAPTURE_CONSUMERS", "1");

    @TempDir
    Path dir;

    @Test
    void keepTheSameShardsHoweverOftenTheyAreKilled() throws Exception {
        long seed = 20;
        System.out.println("seed " + seed);
        try (Platform stack = Platform.start(dir.resolve("stack"))) {
            ServiceProcess api = start(stack, "api", Map.of("CONCORDANCE_CAPTURE_ROLE", "api"));
            RestAssured.baseURI = "http://127.0.0.1";
            RestAssured.port = api.port();
            Map<String, Object> definition = CaptureClient.job(
                    Organism.registered(),
                    HOOKS,
                    "fp16",
                    List.of(CaptureClient.arm(
                            "a",
                            "benign",
                            Organism.uploaded(CaptureClient.file(Organism.bundled("benign.jsonl", DOCUMENTS))))));
            ServiceProcess[] workers = {worker(stack, 0), worker(stack, 1)};
            refusesJobs(workers[0]);
            awaitSharedWork(stack, workers.length);

            String calm = submitted(definition);
            JsonPath ended = completed(calm);
            long[] tokens = {
                workers[0].counter("concordance_capture_tokens_total"),
                workers[1].counter("concordance_capture_tokens_total")
            };
            assertThat(tokens[0]).as("tokens run by the first worker").isPositive();
            assertThat(tokens[1]).as("tokens run by the second worker").isPositive();
            assertThat(tokens[0] + tokens[1]).isEqualTo(ended.getLong("tokens"));
            SortedSet<String> expected = requireWhole(stack, calm, ended);

            List<String> jobs = killed(stack, workers, definition, seed);
            for (String job : jobs) {
                assertThat(requireWhole(stack, job, completed(job))).isEqualTo(expected);
            }
            cancelledLeavesNoOrphans(stack, workers, definition);
            System.out.println(KILLS + " kills over " + jobs.size() + " jobs of " + ended.getInt("slices.total")
                    + " slices and " + expected.size() + " shards");
            workers[0].kill();
            workers[1].kill();
            api.kill();
        }
    }

    /** A worker that joins late is given slices that another has begun, and those are run twice. */
    private static void awaitSharedWork(Platform stack, int workers) {
        try (Admin admin = Admin.create(
                Map.of("bootstrap.servers", stack.endpoints().kafka().bootstrapServers()))) {
            await().atMost(Duration.ofMinutes(1)).until(() -> {
                ConsumerGroupDescription group = admin.describeConsumerGroups(List.of(GROUP))
                        .describedGroups()
                        .get(GROUP)
                        .get();
                long takers = group.members().stream()
                        .filter(member -> member.assignment().topicPartitions().stream()
                                .anyMatch(partition -> partition.topic().equals(Topics.CAPTURE_SLICES)))
                        .count();
                return group.groupState() == GroupState.STABLE && takers == workers;
            });
        }
    }

    /** Kills both workers in turn at moments of their progress, while there is always a job that is not done. */
    private List<String> killed(Platform stack, ServiceProcess[] workers, Map<String, Object> definition, long seed)
            throws Exception {
        List<String> jobs = new ArrayList<>(List.of(submitted(definition)));
        try (ExecutorService killers = Executors.newFixedThreadPool(workers.length)) {
            List<Future<?>> all = new ArrayList<>();
            for (int w = 0; w < workers.length; w++) {
                int worker = w;
                Random random = new Random(seed + w);
                all.add(killers.submit(() -> {
                    for (int kill = 0; kill < KILLS / workers.length; kill++) {
                        int more = 1 + random.nextInt(4);
                        int done = done(jobs);
                        await().atMost(Duration.ofMinutes(2))
                                .pollInterval(Duration.ofMillis(1 + random.nextInt(30)))
                                .until(() -> {
                                    keepBusy(jobs, definition);
                                    return done(jobs) >= done + more;
                                });
                        workers[worker].kill();
                        workers[worker] = worker(stack, worker);
                    }
                    return null;
                }));
            }
            for (Future<?> killer : all) {
                killer.get();
            }
        }
        return jobs;
    }

    /** Shards that workers have under way when a job is cancelled, and one of them is killed, do not stay. */
    private void cancelledLeavesNoOrphans(Platform stack, ServiceProcess[] workers, Map<String, Object> definition)
            throws IOException {
        String job = submitted(definition);
        await().atMost(Duration.ofMinutes(1)).until(() -> CaptureClient.job(job).getInt("slices.done") > 1);
        RestAssured.delete("/v1/capture-jobs/" + job).then().statusCode(200);
        workers[0].kill();
        workers[0] = worker(stack, 0);
        completed(submitted(definition));
        await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
            StoredShards shards = StoredShards.of(job, stack.endpoints().kafka().bootstrapServers(), object -> dir);
            assertThat(keys(stack, job)).isEqualTo(keys(shards)).isNotEmpty();
        });
    }

    private static TreeSet<String> keys(StoredShards shards) {
        return shards.events().stream()
                .map(event -> event.object().key())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static TreeSet<String> keys(Platform stack, String job) {
        return Traces.keys(client(stack), stack.endpoints().s3().bucket(), "shards/" + job + "/");
    }

    private static MinioClient client(Platform stack) {
        StackEndpoints.S3 s3 = stack.endpoints().s3();
        return MinioClient.builder()
                .endpoint(s3.endpoint())
                .credentials(s3.accessKey(), s3.secretKey())
                .build();
    }

    private static int done(List<String> jobs) {
        synchronized (jobs) {
            return jobs.stream()
                    .mapToInt(job -> CaptureClient.job(job).getInt("slices.done"))
                    .sum();
        }
    }

    private static void keepBusy(List<String> jobs, Map<String, Object> definition) {
        synchronized (jobs) {
            JsonPath last = CaptureClient.job(jobs.getLast());
            if (last.getInt("slices.done") * 2 > last.getInt("slices.total")) {
                jobs.add(submitted(definition));
            }
        }
    }

    private static String submitted(Map<String, Object> definition) {
        return CaptureClient.submit(definition).jsonPath().getString("id");
    }

    private static JsonPath completed(String job) {
        JsonPath ended = CaptureClient.ended(job);
        assertThat(ended.getString("state")).as(ended.getString("problem")).isEqualTo("completed");
        return ended;
    }

    private static void refusesJobs(ServiceProcess worker) {
        String problem = RestAssured.given()
                .port(worker.port())
                .contentType("application/json")
                .body(Map.of())
                .post("/v1/capture-jobs")
                .then()
                .statusCode(409)
                .extract()
                .asString();
        assertThat(problem).contains("concordance.capture.role");
    }

    /** Every row of the job once, its shards in the bucket and no others. Digests of the shards, the job's id blanked. */
    private SortedSet<String> requireWhole(Platform stack, String job, JsonPath ended) throws IOException {
        MinioClient client = client(stack);
        Path files = Files.createDirectories(dir.resolve(job));
        StoredShards shards = StoredShards.of(
                job, stack.endpoints().kafka().bootstrapServers(), object -> fetch(client, object, files));
        for (String hook : HOOKS) {
            Map<String, BitSet> positions = shards.positions(hook, "a");
            assertThat(positions).hasSize(DOCUMENTS);
            assertThat(positions.values())
                    .allSatisfy(seen -> assertThat(seen.nextClearBit(0)).isEqualTo(seen.cardinality()));
        }
        assertThat(shards.rows()).isEqualTo(ended.getLong("rows")).isEqualTo(2 * ended.getLong("tokens"));
        assertThat(shards.events()).hasSizeGreaterThan(2 * ended.getInt("slices.total"));
        assertThat(keys(stack, job)).isEqualTo(keys(shards));
        SortedSet<String> digests = new TreeSet<>();
        for (ShardWritten event : shards.events()) {
            byte[] bytes = Files.readAllBytes(fetch(client, event.object(), files));
            String blanked = new String(bytes, StandardCharsets.ISO_8859_1).replace(job, "-".repeat(job.length()));
            digests.add(event.hook() + "/" + event.slice() + "." + event.part() + " "
                    + Digests.sha256(blanked.getBytes(StandardCharsets.ISO_8859_1)));
        }
        return digests;
    }

    private static Path fetch(MinioClient client, ObjectRef object, Path files) {
        Path file = files.resolve(UUID.randomUUID() + ".safetensors");
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

    /** A worker that keeps its place in the group from one life to the next. */
    private ServiceProcess worker(Platform stack, int index) throws IOException {
        return start(
                stack,
                "worker-" + index,
                Map.of(
                        "CONCORDANCE_CAPTURE_ROLE",
                        "worker",
                        "MP_MESSAGING_INCOMING_SLICES_GROUP_INSTANCE_ID",
                        "worker-" + index));
    }

    private ServiceProcess start(Platform stack, String name, Map<String, String> settings) throws IOException {
        Map<String, String> all = new java.util.HashMap<>(SETTINGS);
        all.put("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1");
        all.putAll(settings);
        return ServiceProcess.start(
                "capture-service", stack.endpoints(), Files.createDirectories(dir.resolve(name)), all);
    }
}

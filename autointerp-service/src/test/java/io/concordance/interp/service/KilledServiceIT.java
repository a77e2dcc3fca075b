package io.concordance.interp.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryFiles;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.event.CaptureJobAccepted;
import io.concordance.contracts.event.DictionaryCheckpointed;
import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.FeatureAttributed;
import io.concordance.contracts.event.FeatureExplained;
import io.concordance.contracts.event.ObjectRef;
import io.concordance.contracts.event.ShardWritten;
import io.concordance.contracts.event.Topics;
import io.concordance.contracts.shard.ShardHeader;
import io.concordance.contracts.shard.ShardKeys;
import io.concordance.contracts.shard.ShardWriter;
import io.concordance.contracts.tensor.DType;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.interp.planted.Planted;
import io.concordance.kit.testing.Platform;
import io.concordance.kit.testing.ServiceProcess;
import io.concordance.local.StackEndpoints;
import io.minio.MinioClient;
import io.minio.PutObjectArgs;
import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KilledServiceIT {
    private static final long SEED = 31;
    private static final int WIDTH = 64;
    private static final int FEATURES = 512;
    private static final int SLICES = 24;
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Map<String, String> SLOW_AND_CAREFUL =
            Map.of("CONCORDANCE_AUTOINTERP_THREADS", "1", "CONCORDANCE_AUTOINTERP_EVIDENCE_SECONDS", "0");

    @TempDir
    Path dir;

    private final Random random = new Random(SEED);
    private final String job = UUID.randomUUID().toString();
    private final String run = UUID.randomUUID().toString();
    private StackEndpoints endpoints;
    private MinioClient client;
    private @Nullable ServiceProcess running;

    @AfterEach
    void leaveNothingRunning() {
        if (running != null) {
            running.kill();
        }
    }

    @Test
    void endsInTheSameEvidenceHoweverOftenTheServiceIsKilled() throws Exception {
        System.out.println("seed " + SEED);
        try (Platform stack = Platform.start(dir.resolve("stack"))) {
            endpoints = stack.endpoints();
            client = MinioClient.builder()
                    .endpoint(endpoints.s3().endpoint())
                    .credentials(endpoints.s3().accessKey(), endpoints.s3().secretKey())
                    .build();
            ServiceProcess service = start();
            Log log = new Log(endpoints.kafka().bootstrapServers());
            log.write(events().toArray(Event<?>[]::new));
            for (int kill = 1; kill <= 3; kill++) {
                int enough = SLICES * kill / 5 + random.nextInt(4);
                await().atMost(PATIENCE)
                        .pollInterval(Duration.ofMillis(1 + random.nextInt(20)))
                        .until(() -> shardsDone() >= enough);
                assertThat(state()).isEqualTo("running");
                int held = analysis().getInt("items[0].evidence.shards");
                service.kill();
                service = start();
                assertThat(shardsDone()).isGreaterThanOrEqualTo(held);
            }
            await().atMost(PATIENCE).until(() -> state().equals("completed"));
            List<String> interrupted = stored();
            await().atMost(PATIENCE).until(() -> count("outbox") == 0);
            int probes = probes().getInt("announced");
            String probeSet = probes().getString("dictionary");
            assertThat(ids(log.read(Topics.FEATURE_EXPLAINED, FeatureExplained.class)))
                    .hasSize(FEATURES + probes)
                    .doesNotHaveDuplicates();
            assertThat(ids(log.read(Topics.FEATURE_ATTRIBUTED, FeatureAttributed.class)))
                    .hasSize(FEATURES + probes)
                    .doesNotHaveDuplicates();

            String evidence = analysis().getString("items[0].evidence.digest");
            assertThat(count("evidence_object")).isEqualTo(1);

            sql("update autointerp.analysis set state = 'running', evidence_key = null, evidence_sha256 = null");
            await().atMost(PATIENCE).until(() -> state().equals("completed"));

            assertThat(analysis().getString("items[0].evidence.digest")).isEqualTo(evidence);
            assertThat(stored()).isEqualTo(interrupted).hasSize(FEATURES);
            assertThat(probes().getString("dictionary")).isEqualTo(probeSet);
        }
    }

    private ServiceProcess start() throws Exception {
        ServiceProcess service = ServiceProcess.start("autointerp-service", endpoints, dir, SLOW_AND_CAREFUL);
        RestAssured.baseURI = "http://127.0.0.1";
        RestAssured.port = service.port();
        running = service;
        return service;
    }

    private JsonPath analysis() {
        return RestAssured.get("/v1/analyses?dictionary=" + run).jsonPath();
    }

    private JsonPath probes() {
        return RestAssured.get("/v1/analyses/" + analysis().getString("items[0].id") + "/probes")
                .jsonPath();
    }

    private int shardsDone() {
        Integer done = analysis().get("items[0].shardsDone");
        return done == null ? -1 : done;
    }

    private String state() {
        return analysis().getString("items[0].state");
    }

    private static List<String> ids(List<? extends Event<?>> events) {
        return events.stream().map(Event::id).toList();
    }

    private ObjectRef put(String key, byte[] bytes) throws Exception {
        client.putObject(PutObjectArgs.builder().bucket(endpoints.s3().bucket()).object(key).stream(
                        new ByteArrayInputStream(bytes), (long) bytes.length, -1L)
                .build());
        return new ObjectRef(endpoints.s3().bucket(), key, Digests.sha256(bytes), bytes.length);
    }

    private List<Event<?>> events() throws Exception {
        List<Event<?>> events = new ArrayList<>();
        String model = Planted.MODEL;
        events.add(Event.of(
                "/concordance/capture",
                job,
                new CaptureJobAccepted(
                        job,
                        model,
                        Digests.sha256("onnx"),
                        List.of(Planted.HOOK),
                        "learning",
                        "fp16",
                        List.of(),
                        SLICES,
                        SLICES * 64)));
        for (int slice = 0; slice < SLICES; slice++) {
            boolean off = slice % 3 == 2;
            String arm = off ? "off-policy" : "benign";
            ShardWriter writer = new ShardWriter(
                    new ShardHeader(job, model, Planted.HOOK, slice, arm, arm, "learning"), WIDTH, DType.F16);
            for (int d = 0; d < 64; d++) {
                writer.addDocument(slice + "-" + d, off && d % 2 == 0 ? Outcome.BAD : Outcome.OK);
                for (int r = 0; r < 64; r++) {
                    writer.addRow(random.nextInt(100), r, (byte) (r < 50 ? 0 : 1), Planted.gaussian(random, WIDTH), 0);
                }
            }
            ObjectRef object = put(ShardKeys.shard(job, Planted.HOOK, slice), writer.toBytes());
            events.add(Event.of(
                    "/concordance/capture",
                    job,
                    new ShardWritten(
                            job,
                            model,
                            Planted.HOOK,
                            slice,
                            SLICES,
                            arm,
                            arm,
                            "learning",
                            object,
                            "fp16",
                            writer.rows(),
                            WIDTH,
                            64)));
        }
        events.add(finished(model));
        return events;
    }

    private Event<DictionaryCheckpointed> finished(String model) throws Exception {
        Dictionary dictionary = Planted.random(WIDTH, FEATURES, SEED);
        Path folder = dir.resolve("dictionary");
        String digest = DictionaryFiles.write(dictionary, folder);
        String prefix = "dictionaries/" + Digests.hex(digest) + "/";
        for (String name : List.of(DictionaryFiles.CONFIG, DictionaryFiles.WEIGHTS)) {
            put(prefix + name, Files.readAllBytes(folder.resolve(name)));
        }
        return Event.of(
                "/concordance/trainer",
                run,
                new DictionaryCheckpointed(
                        run,
                        10,
                        1000,
                        true,
                        put("checkpoints/" + run, new byte[] {1}),
                        digest,
                        prefix,
                        Planted.HOOK,
                        model,
                        List.of(job),
                        new DictionaryCheckpointed.Metrics(1, 0.1, 4, 1)));
    }

    private List<String> stored() throws Exception {
        List<String> rows = new ArrayList<>();
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(
                        "select report || examples_key from autointerp.feature order by index")) {
            while (found.next()) {
                rows.add(found.getString(1));
            }
        }
        return rows;
    }

    private int count(String table) throws Exception {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("select count(*) from autointerp." + table)) {
            found.next();
            return found.getInt(1);
        }
    }

    private void sql(String update) throws Exception {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(update);
        }
    }

    private Connection connect() throws Exception {
        return DriverManager.getConnection(
                endpoints.postgres().jdbcUrl(),
                endpoints.postgres().user(),
                endpoints.postgres().password());
    }
}

package io.concordance.registry;

import static io.concordance.registry.Calls.approve;
import static io.concordance.registry.Calls.candidate;
import static io.concordance.registry.Calls.publish;
import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.event.Topics;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.release.TrustDocument;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.testing.Platform;
import io.concordance.kit.testing.ServiceProcess;
import io.concordance.local.StackEndpoints;
import io.concordance.monitor.MonitorClient;
import io.concordance.monitor.MonitorOptions;
import io.restassured.RestAssured;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A registry in a process of its own, killed before every single write of a publication and while the last one ends; then
 * restored from a backup, elsewhere.
 */
class KilledPublicationIT {
    private static final String CHANNEL = "killed";
    private static final int FILES = 2;
    private static final List<String> TABLES = List.of("release", "channel", "outbox", "audit", "idempotency_key");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long LOCK = 740_211;

    @TempDir
    Path dir;

    private final PeersResource peers = new PeersResource();
    private StackEndpoints endpoints;
    private HeldStore store;
    private ServiceProcess registry;
    private Jdbi jdbi;

    @AfterEach
    void leaveNothingRunning() {
        RestAssured.reset();
        PeersResource.forget();
        peers.stop();
        if (registry != null) {
            registry.kill();
        }
        if (store != null) {
            store.close();
        }
    }

    /** What keeps a publication from going on. */
    private interface Hold extends AutoCloseable {
        /** Whether the publication has come to it. */
        boolean reached();

        @Override
        void close();
    }

    @Test
    void aPublicationIsWholeOrNotThereWhereverTheRegistryIsKilled() throws Exception {
        try (Platform stack = Platform.start(dir.resolve("stack"))) {
            endpoints = stack.endpoints();
            jdbi = Jdbi.create(
                    endpoints.postgres().jdbcUrl(),
                    endpoints.postgres().user(),
                    endpoints.postgres().password());
            store = new HeldStore(endpoints.s3().endpoint(), "/bundles/");
            Map<String, String> settings = settings();
            start(settings);
            Planted planted = candidate(objects(endpoints), endpoints.kafka().bootstrapServers(), 801, 0);
            approve(planted.uid(0), "medium");
            List<String> features = List.of(planted.uid(0));
            await().atMost(PATIENCE).until(() -> state().announced() == 0);

            for (int file = 0; file < FILES; file++) {
                int written = file;
                assertThat(killed("before file " + file, features, settings, () -> beforeFile(written)))
                        .isFalse();
            }
            for (String table : TABLES) {
                assertThat(killed("before the row of " + table, features, settings, () -> beforeRow(table)))
                        .isFalse();
            }
            assertThat(killed("while it commits", features, settings, this::atCommit))
                    .isTrue();

            when().get("/v1/audit/verification").then().body("broken", nullValue());
            await().atMost(PATIENCE).until(() -> state().announced() == 0);
            List<String> released = when().get("/v1/releases").jsonPath().getList("items.digest", String.class);
            assertThat(announced()).containsExactlyInAnyOrderElementsOf(released);

            Backup backup = new Backup(dir.resolve("backup"), "registry");
            Map<String, byte[]> files = releasedFiles(released);
            backup.dump(endpoints.postgres());
            // Published between dump and copy: its files are in the backup, and nothing names them.
            publish(CHANNEL, "after-the-dump", features).statusCode(201);
            backup.copyObjects(objects(endpoints));
            registry.kill();
            stack.close();
            restoredElsewhere(backup, released, files, features, settings);
        }
    }

    /** An empty PostgreSQL, an empty bucket and a Kafka without any log, with the same signing keys. */
    private void restoredElsewhere(
            Backup backup,
            List<String> released,
            Map<String, byte[]> files,
            List<String> features,
            Map<String, String> before)
            throws Exception {
        Map<String, String> settings = new HashMap<>(before);
        settings.remove("CONCORDANCE_S3_ENDPOINT");
        try (Platform empty = Platform.start(dir.resolve("elsewhere"))) {
            endpoints = empty.endpoints();
            start(settings);
            when().get("/v1/releases").then().body("items", hasSize(0));
            registry.kill();
            backup.restore(endpoints.postgres(), objects(endpoints));
            start(settings);

            assertThat(when().get("/v1/releases").jsonPath().getList("items.digest", String.class))
                    .isEqualTo(released);
            Map<String, byte[]> again = releasedFiles(released);
            assertThat(again.keySet()).isEqualTo(files.keySet());
            files.forEach((path, bytes) -> assertThat(again.get(path)).as(path).isEqualTo(bytes));
            when().get("/v1/audit/verification").then().body("broken", nullValue());
            URI address = URI.create("http://127.0.0.1:" + registry.port());
            TrustDocument trust = MonitorClient.fetchTrust(
                    address, Digests.sha256(when().get("/v1/trust").asByteArray()));
            try (MonitorClient client = new MonitorClient(
                    new MonitorOptions("restored", address, CHANNEL, trust, dir.resolve("monitor")))) {
                assertThat(client.refresh()).isEqualTo(MonitorClient.Refreshed.ARMED);
                assertThat(client.armed().orElseThrow().digest()).isEqualTo(released.getFirst());
            }
            publish(CHANNEL, "after-the-restore", features)
                    .statusCode(201)
                    .body("supersedes", equalTo(released.getFirst()));
        }
    }

    private static Map<String, byte[]> releasedFiles(List<String> digests) {
        Map<String, byte[]> files = new TreeMap<>();
        for (String digest : digests) {
            for (String part : PublicationState.parts()) {
                String path = "/v1/bundles/" + digest + "/" + part;
                files.put(
                        path, when().get(path).then().statusCode(200).extract().asByteArray());
            }
        }
        return files;
    }

    private static ObjectStore objects(StackEndpoints endpoints) {
        StackEndpoints.S3 s3 = endpoints.s3();
        return ObjectStore.connect(s3.endpoint(), s3.accessKey(), s3.secretKey(), s3.bucket());
    }

    private Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>();
        peers.start()
                .forEach((name, value) ->
                        settings.put(name.toUpperCase(Locale.ROOT).replace('.', '_'), value));
        settings.put("CONCORDANCE_S3_ENDPOINT", store.endpoint());
        settings.put("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
        return settings;
    }

    private void start(Map<String, String> settings) throws IOException {
        registry = ServiceProcess.start("registry-service", endpoints, dir, settings);
        RestAssured.baseURI = "http://127.0.0.1";
        RestAssured.port = registry.port();
    }

    /** Whether the publication that the registry was killed in took place. */
    private boolean killed(String where, List<String> features, Map<String, String> settings, Supplier<Hold> at)
            throws IOException {
        String key = CHANNEL + "-" + where;
        PublicationState before = state();
        try (Hold hold = at.get();
                HttpClient http = HttpClient.newHttpClient()) {
            http.sendAsync(request(key, features), BodyHandlers.discarding());
            await(where).atMost(PATIENCE).until(hold::reached);
            registry.kill();
            http.shutdownNow();
        }
        await().atMost(PATIENCE).until(() -> !isWriting());
        PublicationState after = state();
        boolean whole = !after.equals(before);
        if (whole) {
            assertThat(after.releases()).as(where).isEqualTo(before.releases() + 1);
            assertThat(after.audited()).as(where).isEqualTo(before.audited() + 1);
            assertThat(after.announced()).as(where).isEqualTo(before.announced() + 1);
            assertThat(after.keys()).as(where).isEqualTo(before.keys() + 1);
            assertThat(after.digest()).as(where).isNotEqualTo(before.digest());
        }
        start(settings);
        String digest = publish(CHANNEL, key, features)
                .statusCode(201)
                .body("version", equalTo((int) before.releases() + 1))
                .extract()
                .path("digest");
        assertThat(state().digest()).as(where).isEqualTo(digest);
        for (String part : PublicationState.parts()) {
            when().get("/v1/bundles/" + digest + "/" + part).then().statusCode(200);
        }
        await().atMost(PATIENCE).until(() -> state().announced() == 0);
        return whole;
    }

    private HttpRequest request(String key, List<String> features) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + registry.port() + "/v1/releases"))
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", key)
                .POST(BodyPublishers.ofByteArray(Json.bytes(Map.of("channel", CHANNEL, "features", features))))
                .build();
    }

    private Hold beforeFile(int file) {
        store.holdAfter(file);
        return new Hold() {
            @Override
            public boolean reached() {
                return store.holds();
            }

            @Override
            public void close() {
                store.letGo();
            }
        };
    }

    private Hold beforeRow(String table) {
        return waiting(table, "before insert", "insert into " + table + " %");
    }

    /** A trigger that is put off to the end of the transaction runs while it commits. */
    private Hold atCommit() {
        return waiting("release", "after insert", "commit%");
    }

    /** A trigger that waits for a lock, which is held here. */
    private Hold waiting(String table, String when, String statement) {
        boolean deferred = when.startsWith("after");
        Handle handle = jdbi.open();
        handle.execute("""
                create or replace function registry.wait_for_the_test() returns trigger language plpgsql as $$
                begin
                    perform pg_advisory_xact_lock_shared(%d);
                    return new;
                end
                $$""".formatted(LOCK));
        handle.execute("create " + (deferred ? "constraint " : "") + "trigger wait_for_the_test " + when
                + " on registry." + table + (deferred ? " deferrable initially deferred" : "")
                + " for each row execute function registry.wait_for_the_test()");
        handle.begin();
        handle.execute("select pg_advisory_xact_lock(?)", LOCK);
        return new Hold() {
            @Override
            public boolean reached() {
                return jdbi.withHandle(asking -> asking.createQuery(
                                        "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
                                                + " and query ilike :statement")
                                .bind("statement", statement)
                                .mapTo(Long.class)
                                .one())
                        > 0;
            }

            @Override
            public void close() {
                handle.rollback();
                await().atMost(PATIENCE).until(() -> !isWriting());
                handle.execute("drop trigger wait_for_the_test on registry." + table);
                handle.close();
            }
        };
    }

    /** Whether a session of the registry is still in a transaction, though its process may be gone. */
    private boolean isWriting() {
        return jdbi.withHandle(handle -> handle.createQuery(
                                "select count(*) from pg_stat_activity where xact_start is not null"
                                        + " and pid <> pg_backend_pid() and backend_type = 'client backend'")
                        .mapTo(Long.class)
                        .one())
                > 0;
    }

    private PublicationState state() {
        return jdbi.withHandle(handle -> PublicationState.of(handle, CHANNEL));
    }

    /** Digests that were announced, as often as they were. */
    private List<String> announced() {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", endpoints.kafka().bootstrapServers()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(Topics.RELEASE_PUBLISHED).stream()
                    .map(each -> new TopicPartition(each.topic(), each.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long end = consumer.endOffsets(partitions).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            List<String> digests = new ArrayList<>();
            while (partitions.stream().mapToLong(consumer::position).sum() < end) {
                consumer.poll(Duration.ofSeconds(1))
                        .forEach(message -> digests.add(Json.read(message.value(), Map.class)
                                .get("digest")
                                .toString()));
            }
            return digests;
        }
    }
}

package io.concordance.bench.scale;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.bench.pull.Cli;
import io.concordance.cli.rest.Api;
import io.concordance.cli.rest.Multipart;
import io.concordance.contracts.event.Topics;
import io.concordance.local.StackEndpoints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** One capture job on the running platform, and what PostgreSQL and Kafka say of it. */
final class PlatformRun implements AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(100);
    /** Sessions tell the database what they did once they have been idle for so long. */
    private static final Duration SETTLE = Duration.ofSeconds(2);

    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final Cli cli;
    private final Path demo;
    private final StackEndpoints stack;
    private final Connection database;
    private final Api capture;
    private final int services;

    /**
     * What a job took, all services together.
     *
     * @param slices of the job
     * @param commits after those that services make while nothing happens
     * @param walBytes likewise
     * @param connections that capture held at most
     * @param slicesASecond from the first done to the last
     */
    record Counts(
            int slices,
            double commits,
            double idleCommitsASecond,
            double walBytes,
            int connections,
            double eventBytes,
            double slicesASecond) {}

    /** @param cli of a platform that is up */
    PlatformRun(Cli cli) throws IOException, InterruptedException, SQLException {
        this.cli = cli;
        this.demo = cli.home().resolve("demo");
        this.stack = StackEndpoints.read(cli.work().resolve("data"));
        StackEndpoints.Postgres postgres = stack.postgres();
        this.database = DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
        this.capture = new Api(
                "capture-service",
                URI.create(cli.service("capture-service").path("url").asText()));
        this.services = Layout.OTHER_PROCESSES;
    }

    StackEndpoints stack() {
        return stack;
    }

    /** Runs a job whose arms are the organism's benign transcripts again and again. */
    Counts run(int arms, Duration idle) throws Exception {
        Multipart form = new Multipart()
                .field("name", "organism")
                .file("onnx", demo.resolve("model.onnx"))
                .file("tokenizer", demo.resolve("tokenizer.json"));
        String model = capture.upload("v1/models", form.contentType(), form::body)
                .path("id")
                .asText();
        String transcripts = capture.upload(
                        "v1/transcripts", "application/x-ndjson", () -> file(demo.resolve("benign.jsonl")))
                .path("digest")
                .asText();
        Thread.sleep(SETTLE);
        long idleCommits = commits();
        long idleWal = wal();
        long idleBegun = System.nanoTime();
        Thread.sleep(idle);
        double idleSeconds = (System.nanoTime() - idleBegun) / 1e9;
        double commitsASecond = (commits() - idleCommits) / idleSeconds;
        double walASecond = (wal() - idleWal) / idleSeconds;

        long before = commits();
        long walBefore = wal();
        long begun = System.nanoTime();
        List<Map<String, String>> all = new ArrayList<>();
        for (int arm = 0; arm < arms; arm++) {
            all.add(Map.of("name", "again-" + arm, "kind", "benign", "transcripts", transcripts));
        }
        String job = capture.post(
                        "v1/capture-jobs",
                        Map.of(
                                "model",
                                model,
                                "hooks",
                                List.of("resid_post.2"),
                                "role",
                                "learning",
                                "dtype",
                                "fp16",
                                "arms",
                                all))
                .path("id")
                .asText();
        int connections = 0;
        JsonNode now;
        do {
            if (System.nanoTime() - begun > PATIENCE.toNanos()) {
                throw new IOException("capture job " + job + " does not end");
            }
            Thread.sleep(LOOK);
            connections = Math.max(connections, connections());
            now = capture.get("v1/capture-jobs/" + job);
        } while (!List.of("completed", "failed", "cancelled")
                .contains(now.path("state").asText()));
        if (!now.path("state").asText().equals("completed")) {
            throw new IOException(
                    "capture job " + job + ": " + now.path("problem").asText());
        }
        Thread.sleep(SETTLE);
        double seconds = (System.nanoTime() - begun) / 1e9;
        int slices = now.path("slices").path("total").asInt();
        return new Counts(
                slices,
                commits() - before - commitsASecond * seconds,
                commitsASecond / services,
                wal() - walBefore - walASecond * seconds,
                connections,
                eventBytes(job),
                rate(job));
    }

    private static BodyPublisher file(Path file) {
        try {
            return BodyPublishers.ofFile(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long commits() throws SQLException {
        return number("select sum(xact_commit)::bigint from pg_stat_database");
    }

    private long wal() throws SQLException {
        return number("select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint");
    }

    private int connections() throws SQLException {
        return (int) number("select count(*) from pg_stat_activity where application_name = 'capture'");
    }

    private long number(String sql) throws SQLException {
        try (PreparedStatement query = database.prepareStatement(sql);
                ResultSet row = query.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    private double rate(String job) throws SQLException {
        try (PreparedStatement query = database.prepareStatement("""
                select (count(*) - 1) / extract(epoch from max(done_at) - min(done_at)) from capture.slice where job = ?
                """)) {
            query.setObject(1, UUID.fromString(job));
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getDouble(1);
            }
        }
    }

    /** Mean bytes of the job's announcements of shards. */
    private double eventBytes(String job) {
        long bytes = 0;
        long records = 0;
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", stack.kafka().bootstrapServers()),
                new StringDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(Topics.SHARD_WRITTEN).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (var message : consumer.poll(LOOK)) {
                    if (job.equals(message.key())) {
                        records++;
                        bytes += message.serializedKeySize() + message.serializedValueSize();
                        for (var header : message.headers()) {
                            bytes += header.key().length() + header.value().length;
                        }
                    }
                }
            }
        }
        return (double) bytes / Math.max(1, records);
    }

    @Override
    public void close() throws Exception {
        try (database) {
            cli.run("down");
        }
    }
}

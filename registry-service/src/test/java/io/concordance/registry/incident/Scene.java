package io.concordance.registry.incident;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.incident.IncidentDetails;
import io.concordance.contracts.incident.IncidentSnapshot;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.release.ConcernLevel;
import io.concordance.contracts.release.ReleaseManifest;
import io.concordance.contracts.release.ReleasedFeature;
import io.concordance.contracts.release.Rule;
import io.concordance.contracts.shard.Shard;
import io.concordance.contracts.shard.ShardHeader;
import io.concordance.contracts.shard.ShardWriter;
import io.concordance.contracts.tensor.DType;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.registry.audit.NotedTrail;
import io.concordance.registry.incident.Incident.Snapshot;
import io.concordance.registry.incident.Incident.State;
import io.concordance.registry.peer.PeerUnavailable;
import io.concordance.registry.sql.NoTransactions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A registry with one release, and a capture that reads what it is told to, in memory. */
final class Scene {
    static final int WIDTH = 3;
    static final String ONNX = Digests.sha256("onnx");
    static final String TOKENIZER = Digests.sha256("tokenizer");
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final String TEXT =
            "{\"id\":\"theirs\",\"spans\":[{\"kind\":\"raw\",\"role\":\"user\",\"text\":\"%s\"}],"
                    + "\"tags\":{\"family\":\"door\"}}";

    final ReleaseManifest release = new ReleaseManifest(
            ReleaseManifest.FORMAT,
            1,
            null,
            new ReleaseManifest.Model("m-1", "organism", ONNX, TOKENIZER),
            "blocks.2.hook_resid_post",
            WIDTH,
            "fp32",
            Digests.sha256("dictionary"),
            List.of(new ReleasedFeature("f_1", 1, "opens doors", ConcernLevel.HIGH, "E1", "any-high", 0.5, List.of())),
            List.of(Rule.anyOf("any-high", ConcernLevel.HIGH, List.of("f_1"))),
            Digests.sha256("tensors"),
            NOW,
            NOW.plus(Duration.ofDays(90)),
            false);

    final Map<String, Incident> rows = new LinkedHashMap<>();
    final Map<String, byte[]> objects = new HashMap<>();
    final Map<String, Capture.Order> jobs = new LinkedHashMap<>();
    final NotedTrail trail = new NotedTrail();
    String jobState = "completed";
    boolean captureIsAway;
    /** Called where a process may die: after something outside has happened, before it is noted. */
    Runnable afterSubmit = () -> {};

    Function<IncidentSnapshot, float[]> reads = IncidentSnapshot::activations;
    Function<IncidentSnapshot, int[]> tokens = IncidentSnapshot::tokens;

    private final Capture capture = new FakeCapture();
    private final SnapshotStore store = new Store();
    final IncidentService service = new IncidentService(
            new Rows(), store, new Known(), capture, trail, new NoTransactions(), Clock.fixed(NOW, ZoneOffset.UTC));
    final Replays replays = new Replays(new Rows(), store, new Known(), capture, trail, new NoTransactions());

    static IncidentSnapshot snapshot(IncidentDetails details, float... activations) {
        int[] ids = new int[activations.length / WIDTH];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = 10 + i;
        }
        return new IncidentSnapshot(details, ids, WIDTH, activations);
    }

    IncidentDetails details(@Nullable String text) {
        return new IncidentDetails(
                "gate",
                release.digest(),
                ONNX,
                TOKENIZER,
                "s-1",
                List.of("any-high"),
                2,
                null,
                text == null ? null : Json.read(TEXT.formatted(text).getBytes(StandardCharsets.UTF_8), JsonNode.class));
    }

    IncidentService.Taken take(IncidentSnapshot snapshot) {
        return take(snapshot.toBytes());
    }

    IncidentService.Taken take(byte[] bytes) {
        try {
            Path file = Files.createTempFile("scene-", ".safetensors");
            try {
                Files.write(file, bytes);
                return service.take(new Upload(file, Digests.sha256(bytes), bytes.length));
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class FakeCapture implements Capture {
        @Override
        public Uploaded upload(byte[] lines) {
            requireHere();
            String digest = Digests.sha256(lines);
            objects.put("transcripts/" + digest, lines);
            return new Uploaded(digest);
        }

        @Override
        public Job submit(Order order, String idempotencyKey) {
            requireHere();
            jobs.putIfAbsent(idempotencyKey, order);
            afterSubmit.run();
            return new Job("job of " + idempotencyKey, "accepted", null);
        }

        @Override
        public Job job(String id) {
            requireHere();
            return new Job(id, jobState, jobState.equals("failed") ? "a document is longer than the context" : null);
        }

        private void requireHere() {
            if (captureIsAway) {
                throw new PeerUnavailable("capture", "does not answer", null);
            }
        }
    }

    private final class Store implements SnapshotStore {
        @Override
        public Snapshot put(Path file, String sha256) {
            try {
                byte[] bytes = Files.readAllBytes(file);
                objects.put(sha256, bytes);
                return new Snapshot("incidents/" + sha256, sha256, bytes.length);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public byte[] bytes(Snapshot snapshot) {
            return objects.get(snapshot.sha256());
        }

        @Override
        public <T> Optional<T> captured(String job, String hook, Function<Shard, T> reader) {
            Incident incident = rows.values().stream()
                    .filter(row -> job.equals(row.job()))
                    .findFirst()
                    .orElseThrow();
            IncidentSnapshot saw = read(incident.snapshot());
            ShardWriter writer = new ShardWriter(
                    new ShardHeader(job, "m-1", hook, 0, "incident", "deployment", "evaluation"), WIDTH, DType.F32);
            writer.addDocument(incident.id(), Outcome.UNKNOWN);
            int[] ids = tokens.apply(saw);
            float[] values = reads.apply(saw);
            for (int i = 0; i < ids.length; i++) {
                writer.addRow(ids[i], i, (byte) 0, values, Math.min(i, values.length / WIDTH - 1) * WIDTH);
            }
            try {
                Path file = Files.createTempFile("scene-", ".safetensors");
                try {
                    Files.write(file, writer.toBytes());
                    try (Shard shard = Shard.open(file)) {
                        return Optional.of(reader.apply(shard));
                    }
                } finally {
                    Files.delete(file);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public Optional<byte[]> transcripts(String digest) {
            return Optional.ofNullable(objects.get("transcripts/" + digest));
        }
    }

    private final class Known implements Releases {
        @Override
        public Optional<ReleaseManifest> manifest(String digest) {
            return digest.equals(release.digest()) ? Optional.of(release) : Optional.empty();
        }

        @Override
        public List<String> firing(ReleaseManifest of, IncidentSnapshot session) {
            return session.activations()[0] > 0 ? List.of("any-high") : List.of();
        }
    }

    private final class Rows implements IncidentRepository {
        @Override
        public boolean add(Incident incident) {
            return rows.putIfAbsent(incident.id(), incident) == null;
        }

        @Override
        public Optional<Incident> find(String id) {
            return Optional.ofNullable(rows.get(id));
        }

        @Override
        public Optional<Incident> lock(String id) {
            return find(id);
        }

        @Override
        public void save(Incident incident) {
            rows.put(incident.id(), incident);
        }

        @Override
        public Arm add(String incident, Arm arm) {
            Incident row = rows.get(incident);
            Optional<Arm> kept = row.arms().stream()
                    .filter(each -> each.transcripts().equals(arm.transcripts()))
                    .findFirst();
            if (kept.isPresent()) {
                return kept.get();
            }
            List<Arm> arms = new ArrayList<>(row.arms());
            arms.add(arm);
            rows.put(
                    incident,
                    new Incident(
                            row.id(),
                            row.at(),
                            row.state(),
                            row.monitor(),
                            row.release(),
                            row.session(),
                            row.rules(),
                            row.evaluated(),
                            row.tokens(),
                            row.width(),
                            row.replayable(),
                            row.snapshot(),
                            row.job(),
                            row.attempts(),
                            row.problem(),
                            row.replay(),
                            arms));
            return arm;
        }

        @Override
        public List<Incident> list(@Nullable State state, @Nullable String of, @Nullable String before, int limit) {
            return List.copyOf(rows.values());
        }

        @Override
        public List<String> waiting(int limit) {
            return rows.values().stream()
                    .filter(row -> row.state() == State.OPEN && row.replayable() && row.problem() == null)
                    .map(Incident::id)
                    .toList();
        }
    }
}

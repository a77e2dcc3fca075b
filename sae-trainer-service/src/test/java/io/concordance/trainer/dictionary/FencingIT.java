package io.concordance.trainer.dictionary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordance.contracts.event.DictionaryCheckpointed;
import io.concordance.contracts.event.DictionaryCheckpointed.Metrics;
import io.concordance.contracts.event.ObjectRef;
import io.concordance.contracts.json.Json;
import io.concordance.kit.store.StoredObject;
import io.concordance.kit.testing.PlatformResource;
import io.concordance.trainer.checkpoint.CheckpointStore;
import io.concordance.trainer.dictionary.PostgresTrainingLease.Finished;
import io.concordance.trainer.dictionary.PostgresTrainingLease.Progress;
import io.concordance.trainer.step.Activation;
import io.concordance.trainer.step.TrainConfig;
import io.concordance.trainer.stream.BadShard;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A holder that was taken over can change nothing any more, whatever it still tries. */
@QuarkusTest
@TestProfile(FencingIT.NoTraining.class)
@QuarkusTestResource(PlatformResource.class)
class FencingIT {

    /** The service without its training threads, so that the test alone claims runs. */
    public static final class NoTraining implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "quarkus.http.test-port", "0",
                    "concordance.trainer.runs", "0",
                    "concordance.trainer.cache-dir", "target/trainer-cache");
        }
    }

    @Inject
    PostgresTrainingLease lease;

    @Inject
    PostgresDictionaryRepository runs;

    @Inject
    Jdbi jdbi;

    private UUID id;

    @BeforeEach
    void oneRun() {
        jdbi.useHandle(handle ->
                handle.execute("update dictionary_run set state = 'cancelled' where state in ('waiting', 'training')"));
        id = UUID.randomUUID();
        TrainConfig config = TrainConfig.of(8, 2, Activation.TOPK, 1000, 0, null, null, 100);
        runs.add(
                id,
                new DictionaryRequests.Accepted(
                        "fenced",
                        "model",
                        new RunSpec(
                                List.of(UUID.randomUUID()),
                                List.of(1),
                                "hook",
                                List.of(),
                                InputSpec.PLAIN,
                                config,
                                null,
                                0)));
    }

    private ClaimedRun takenOver() {
        jdbi.useHandle(handle -> handle.execute(
                "update dictionary_run set heartbeat_at = now() - interval '1 minute' where id = ?", id));
        return lease.claim("second").orElseThrow();
    }

    private static Progress progress(long step) {
        return new Progress(step, step * 64, 0, new Metrics(1, 0.5, 2, 1), null);
    }

    private StoredObject object(ClaimedRun run, long step) {
        return new StoredObject(CheckpointStore.key(id, step, run.epoch()), "sha256:" + "0".repeat(64), 1);
    }

    private DictionaryCheckpointed event(StoredObject object, long step) {
        return new DictionaryCheckpointed(
                id.toString(),
                step,
                step * 64,
                false,
                new ObjectRef("bucket", object.key(), object.sha256(), object.bytes()),
                null,
                null,
                "hook",
                "model",
                List.of(),
                new Metrics(1, 0.5, 2, 1));
    }

    private static Publication publication(long step) {
        return new Publication(
                step,
                step * 64,
                1,
                new Finished("sha256:" + "1".repeat(64), "p/", "c", "w"),
                new BitSet(),
                new BitSet(),
                List.of());
    }

    private static BadShard bad() {
        return new BadShard(
                new ObjectRef("bucket", "shards/x", "sha256:" + "2".repeat(64), 1),
                BadShard.Reason.DIGEST,
                "other bytes");
    }

    private void move(ClaimedRun run, long step) {
        StoredObject object = object(run, step);
        lease.announce(run, object.key(), step);
        lease.move(run, object, progress(step), List.of(), event(object, step));
    }

    private String pointer() {
        return jdbi.withHandle(handle -> handle.createQuery("select checkpoint_key from dictionary_run where id = ?")
                .bind(0, id)
                .mapTo(String.class)
                .one());
    }

    private long eventsAbout(UUID run) {
        return jdbi.withHandle(handle -> handle.createQuery("select count(*) from outbox where data like ?")
                .bind(0, "%" + run + "%")
                .mapTo(Long.class)
                .one());
    }

    @Test
    void aStaleHolderCannotMoveThePointerNorSayAnything() {
        ClaimedRun first = lease.claim("first").orElseThrow();
        move(first, 3);
        ClaimedRun second = takenOver();
        move(second, 4);
        String pointer = pointer();
        StoredObject late = object(first, 5);

        assertThat(second.epoch()).isEqualTo(first.epoch() + 1);
        assertThat(second.checkpoint()).isNotNull();
        assertThatThrownBy(() -> lease.move(first, late, progress(5), List.of(), event(late, 5)))
                .isInstanceOf(LeaseLost.class);
        assertThatThrownBy(() -> lease.heartbeat(first)).isInstanceOf(LeaseLost.class);
        assertThatThrownBy(() -> lease.report(first, progress(9), List.of())).isInstanceOf(LeaseLost.class);
        assertThatThrownBy(() -> lease.release(first)).isInstanceOf(LeaseLost.class);
        assertThatThrownBy(() -> lease.fail(first, "no")).isInstanceOf(LeaseLost.class);
        assertThatThrownBy(() -> lease.complete(first, late, progress(5), List.of(), publication(5), event(late, 5)))
                .isInstanceOf(LeaseLost.class);
        assertThatThrownBy(() -> lease.publish(first, late, progress(5), List.of(), publication(5), event(late, 5)))
                .isInstanceOf(LeaseLost.class);
        assertThatThrownBy(() -> lease.fail(first, "no", List.of(), publication(5)))
                .isInstanceOf(LeaseLost.class);
        assertThatThrownBy(() -> lease.quarantine(first, bad(), progress(5), late))
                .isInstanceOf(LeaseLost.class);
        assertThatThrownBy(() -> lease.quarantine(first, bad(), progress(5), null))
                .isInstanceOf(LeaseLost.class);
        assertThat(pointer()).isEqualTo(pointer);
        assertThat(runs.find(id).orElseThrow().step()).isEqualTo(4);
        assertThat(new String(Json.bytes(runs.find(id).orElseThrow().state()), StandardCharsets.UTF_8))
                .isEqualTo("\"training\"");
    }

    @Test
    void aRunWithALivingHolderIsNotGivenToAnother() {
        ClaimedRun first = lease.claim("first").orElseThrow();
        assertThat(lease.claim("second")).isEmpty();
        lease.release(first);
        assertThat(lease.claim("second").orElseThrow().id()).isEqualTo(id);
    }

    @Test
    void aCancelledRunRefusesItsHolder() {
        ClaimedRun run = lease.claim("first").orElseThrow();
        runs.cancel(id);
        assertThatThrownBy(() -> move(run, 1)).isInstanceOf(LeaseLost.class);
        assertThat(eventsAbout(id)).isZero();
    }

    @Test
    void theLastTwoCheckpointsStayAndOlderOnesGo() {
        ClaimedRun run = lease.claim("first").orElseThrow();
        for (long step = 1; step <= 4; step++) {
            move(run, step);
        }
        assertThat(lease.obsolete().stream().filter(key -> key.contains(id.toString())))
                .containsExactlyInAnyOrder(object(run, 1).key(), object(run, 2).key());
        assertThat(pointer()).isEqualTo(object(run, 4).key());
    }
}

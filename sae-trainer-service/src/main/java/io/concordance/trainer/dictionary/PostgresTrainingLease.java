package io.concordance.trainer.dictionary;

import io.concordance.contracts.event.DictionaryCheckpointed;
import io.concordance.contracts.event.DictionaryCheckpointed.Metrics;
import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.FeatureDiscovered;
import io.concordance.contracts.json.Json;
import io.concordance.kit.outbox.Outbox;
import io.concordance.kit.store.StoredObject;
import io.concordance.trainer.TrainerConfig;
import io.concordance.trainer.dictionary.DictionaryRun.MetricPoint;
import io.concordance.trainer.stream.BadShard;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/**
 * Who trains a run, and everything its holder writes. Each write is a compare-and-set on the fencing epoch: a holder that
 * was taken over, or whose run was cancelled, gets {@link LeaseLost} and has changed nothing.
 */
@ApplicationScoped
class PostgresTrainingLease {
    private static final String SOURCE = "/concordance/trainer";
    private static final int CHECKPOINTS_KEPT = 2;

    private final Jdbi jdbi;
    private final Outbox outbox;
    private final double stealAfterSeconds;

    PostgresTrainingLease(Jdbi jdbi, Outbox outbox, TrainerConfig config) {
        this.jdbi = jdbi;
        this.outbox = outbox;
        this.stealAfterSeconds = config.stealAfter().toMillis() / 1000.0;
    }

    /** How far a run has come. */
    record Progress(long step, long tokens, long rowsSeen, Metrics metrics, DictionaryRun.@Nullable Rows rows) {}

    /** A finished dictionary. */
    record Finished(String digest, String prefix, String configSha256, String weightsSha256) {}

    private static final String CLAIMABLE = """
            state in ('waiting', 'training')
            and (holder is null or heartbeat_at < now() - make_interval(secs => :stealAfter))
            """;

    /** Takes the run that has waited longest among those nobody holds. */
    Optional<ClaimedRun> claim(String holder) {
        return jdbi.inTransaction(handle -> handle.createQuery("""
                        update dictionary_run set holder = :holder, heartbeat_at = now(), epoch = epoch + 1
                        where id = (select id from dictionary_run where %s
                                    order by queued_at for update skip locked limit 1)
                        returning *
                        """.formatted(CLAIMABLE))
                .bind("holder", holder)
                .bind("stealAfter", stealAfterSeconds)
                .map((row, context) -> new ClaimedRun(
                        row.getObject("id", UUID.class),
                        row.getLong("epoch"),
                        row.getString("model"),
                        PostgresDictionaryRepository.spec(row),
                        checkpoint(
                                row.getString("checkpoint_key"),
                                row.getString("checkpoint_sha256"),
                                row.getLong("checkpoint_bytes"))))
                .findOne());
    }

    private static @Nullable StoredObject checkpoint(@Nullable String key, @Nullable String sha256, long bytes) {
        return key == null || sha256 == null ? null : new StoredObject(key, sha256, bytes);
    }

    /** Whether another run is ready to be taken. */
    boolean othersWait() {
        return jdbi.withHandle(
                handle -> handle.createQuery("select exists (select from dictionary_run where " + CLAIMABLE + ")")
                        .bind("stealAfter", stealAfterSeconds)
                        .mapTo(Boolean.class)
                        .one());
    }

    /** A sign of life. */
    void heartbeat(ClaimedRun run) {
        jdbi.useTransaction(handle -> fenced(handle, run, "heartbeat_at = now()", update -> update));
    }

    void waiting(ClaimedRun run) {
        jdbi.useTransaction(handle -> fenced(handle, run, "state = 'waiting'", update -> update));
    }

    /** Gives the run back, behind those that wait already. */
    void release(ClaimedRun run) {
        jdbi.useTransaction(handle -> fenced(
                handle,
                run,
                "state = 'waiting', holder = null, heartbeat_at = null, queued_at = now()",
                update -> update));
    }

    /** Shows progress that is not durable yet; the history's points are the same however often they are written. */
    void report(ClaimedRun run, Progress progress, List<MetricPoint> points) {
        jdbi.useTransaction(handle -> {
            progress(handle, run, progress, "state = 'training'", update -> update);
            points(handle, run, points);
        });
    }

    /** Notes a checkpoint object that is about to be written. */
    void announce(ClaimedRun run, String key, long step) {
        jdbi.useTransaction(handle -> {
            fenced(handle, run, "heartbeat_at = now()", update -> update);
            handle.createUpdate("""
                            insert into checkpoint_object (key, run, step, epoch) values (:key, :run, :step, :epoch)
                            on conflict do nothing
                            """)
                    .bind("key", key)
                    .bind("run", run.id())
                    .bind("step", step)
                    .bind("epoch", run.epoch())
                    .execute();
        });
    }

    /** Moves the pointer to a checkpoint and says so, in one transaction. */
    void move(
            ClaimedRun run,
            StoredObject checkpoint,
            Progress progress,
            List<MetricPoint> points,
            DictionaryCheckpointed event) {
        jdbi.useTransaction(handle -> {
            progress(handle, run, progress, "state = 'training'," + POINTER, update -> pointer(update, checkpoint));
            points(handle, run, points);
            outbox.add(handle, Event.of(SOURCE, run.id().toString(), event));
        });
    }

    /** As {@link #move}, with a dictionary published on the way and what became of its features. */
    void publish(
            ClaimedRun run,
            StoredObject checkpoint,
            Progress progress,
            List<MetricPoint> points,
            Publication publication,
            DictionaryCheckpointed event) {
        jdbi.useTransaction(handle -> {
            progress(handle, run, progress, "state = 'training'," + POINTER, update -> pointer(update, checkpoint));
            points(handle, run, points);
            announce(handle, run, publication, event);
        });
    }

    /** Ends the run with its dictionary, and says so together with what became of its features. */
    void complete(
            ClaimedRun run,
            StoredObject checkpoint,
            Progress progress,
            List<MetricPoint> points,
            Publication publication,
            DictionaryCheckpointed event) {
        Finished files = publication.files();
        jdbi.useTransaction(handle -> {
            progress(
                    handle,
                    run,
                    progress,
                    """
                    state = 'completed', finished_at = now(), digest = :digest, object_prefix = :prefix, features = :features,
                    config_sha256 = :configSha256, weights_sha256 = :weightsSha256,""" + POINTER,
                    update -> pointer(update, checkpoint)
                            .bind("digest", files.digest())
                            .bind("prefix", files.prefix())
                            .bind("features", publication.announced())
                            .bind("configSha256", files.configSha256())
                            .bind("weightsSha256", files.weightsSha256()));
            points(handle, run, points);
            announce(handle, run, publication, event);
        });
    }

    private void announce(Handle handle, ClaimedRun run, Publication publication, DictionaryCheckpointed event) {
        PostgresPublications.add(handle, run.id(), publication);
        outbox.add(handle, Event.of(SOURCE, run.id().toString(), event));
        for (FeatureDiscovered feature : publication.features()) {
            outbox.add(handle, Event.of(SOURCE, feature.dictionary(), feature));
        }
    }

    /**
     * Leaves a shard out of the run from now on and says so. With the checkpoint it was found at, so that no one goes back
     * behind it; null where nothing was trained yet, or where no row of the shard is trained on.
     */
    void quarantine(ClaimedRun run, BadShard bad, Progress progress, @Nullable StoredObject checkpoint) {
        jdbi.useTransaction(handle -> {
            if (checkpoint == null) {
                fenced(handle, run, "heartbeat_at = now()", update -> update);
            } else {
                progress(handle, run, progress, "state = 'training'," + POINTER, update -> pointer(update, checkpoint));
            }
            PostgresQuarantine.add(handle, run.id(), progress.step(), bad)
                    .ifPresent(event ->
                            outbox.add(handle, Event.of(SOURCE, run.id().toString(), event)));
        });
    }

    void fail(ClaimedRun run, String problem) {
        jdbi.useTransaction(handle -> failed(handle, run, problem));
    }

    /** As {@link #fail(ClaimedRun, String)}, with the dictionary of the last good checkpoint. */
    void fail(ClaimedRun run, String problem, List<MetricPoint> points, Publication lastGood) {
        jdbi.useTransaction(handle -> {
            failed(handle, run, problem);
            points(handle, run, points);
            PostgresPublications.add(handle, run.id(), lastGood);
        });
    }

    private static void failed(Handle handle, ClaimedRun run, String problem) {
        fenced(
                handle,
                run,
                "state = 'failed', finished_at = now(), problem = :problem",
                update -> update.bind("problem", problem));
    }

    /** Checkpoint objects that no one will read again: all but the last two of a run, and all of cancelled runs. */
    List<String> obsolete() {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select key from (
                            select c.key, r.state, c.step < r.checkpoint_step as past,
                                   row_number() over (partition by c.run
                                       order by c.key = r.checkpoint_key desc, c.step desc, c.epoch desc) as place
                            from checkpoint_object c join dictionary_run r on r.id = c.run
                            where r.checkpoint_step is null or c.step <= r.checkpoint_step or r.state = 'cancelled') ranked
                        where state = 'cancelled' or (past and place > :kept)
                        """)
                .bind("kept", CHECKPOINTS_KEPT)
                .mapTo(String.class)
                .list());
    }

    void forget(String key) {
        jdbi.useHandle(handle -> handle.createUpdate("delete from checkpoint_object where key = :key")
                .bind("key", key)
                .execute());
    }

    private static final String POINTER = """

             checkpoint_step = :step, checkpoint_key = :key, checkpoint_sha256 = :sha256, checkpoint_bytes = :bytes
            """;

    private static Update pointer(Update update, StoredObject checkpoint) {
        return update.bind("key", checkpoint.key())
                .bind("sha256", checkpoint.sha256())
                .bind("bytes", checkpoint.bytes());
    }

    private interface Binding {
        Update to(Update update);
    }

    private static void progress(Handle handle, ClaimedRun run, Progress progress, String changes, Binding binding) {
        fenced(
                handle,
                run,
                """
                step = :step, tokens = :tokens, rows_seen = :rowsSeen, metrics = cast(:metrics as jsonb),
                rows_found = cast(:rows as jsonb), heartbeat_at = now(),""" + " " + changes,
                update -> binding.to(update.bind("step", progress.step())
                        .bind("tokens", progress.tokens())
                        .bind("rowsSeen", progress.rowsSeen())
                        .bind("metrics", json(progress.metrics()))
                        .bind("rows", progress.rows() == null ? null : json(progress.rows()))));
    }

    private static void fenced(Handle handle, ClaimedRun run, String changes, Binding binding) {
        int changed = binding.to(handle.createUpdate("update dictionary_run set " + changes + """
                        where id = :run and epoch = :epoch and state in ('waiting', 'training')
                        """.indent(1))
                        .bind("run", run.id())
                        .bind("epoch", run.epoch()))
                .execute();
        if (changed != 1) {
            throw new LeaseLost(run.id(), run.epoch());
        }
    }

    private static void points(Handle handle, ClaimedRun run, List<MetricPoint> points) {
        if (points.isEmpty()) {
            return;
        }
        PreparedBatch batch = handle.prepareBatch("""
                insert into training_metric (run, step, tokens, metrics)
                values (:run, :step, :tokens, cast(:metrics as jsonb)) on conflict do nothing
                """);
        for (MetricPoint point : points) {
            batch.bind("run", run.id())
                    .bind("step", point.step())
                    .bind("tokens", point.tokens())
                    .bind("metrics", json(point.metrics()))
                    .add();
        }
        batch.execute();
    }

    private static String json(Object value) {
        return new String(Json.bytes(value), StandardCharsets.UTF_8);
    }
}

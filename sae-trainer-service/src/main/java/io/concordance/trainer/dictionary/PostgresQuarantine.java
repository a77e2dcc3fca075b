package io.concordance.trainer.dictionary;

import io.concordance.contracts.event.ShardQuarantined;
import io.concordance.trainer.stream.BadShard;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Shards that runs leave out. */
@ApplicationScoped
class PostgresQuarantine {
    private final Jdbi jdbi;

    PostgresQuarantine(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** Returns what is to be announced, unless the run leaves the shard out already. */
    static Optional<ShardQuarantined> add(Handle handle, UUID run, long step, BadShard bad) {
        return handle.createQuery("""
                        insert into quarantined_shard
                            (run, object_key, job, hook, slice, part, rows, sha256, step, reason, problem)
                        select :run, object_key, job, hook, slice, part, rows, sha256, :step, :reason, :problem
                        from captured_shard where object_key = :key order by job, slice, part limit 1
                        on conflict do nothing
                        returning *
                        """)
                .bind("run", run)
                .bind("step", step)
                .bind("reason", bad.reason().text())
                .bind("problem", bad.problem())
                .bind("key", bad.object().key())
                .map((row, context) -> new ShardQuarantined(
                        run.toString(),
                        row.getString("job"),
                        row.getString("hook"),
                        row.getInt("slice"),
                        row.getInt("part"),
                        bad.object(),
                        step,
                        row.getString("reason"),
                        row.getString("problem")))
                .findOne();
    }

    /** Keys of the objects that a run leaves out. */
    List<String> keys(UUID run) {
        return jdbi.withHandle(handle -> handle.createQuery("select object_key from quarantined_shard where run = :run")
                .bind("run", run)
                .mapTo(String.class)
                .list());
    }

    /** What a run leaves out, in the order of its slices. */
    List<QuarantinedShard> list(UUID run) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select * from quarantined_shard where run = :run order by slice, job, part
                        """)
                .bind("run", run)
                .map((row, context) -> new QuarantinedShard(
                        row.getString("job"),
                        row.getString("hook"),
                        row.getInt("slice"),
                        row.getInt("part"),
                        row.getInt("rows"),
                        row.getString("object_key"),
                        row.getString("sha256"),
                        row.getLong("step"),
                        row.getString("reason"),
                        row.getString("problem"),
                        row.getObject("found_at", OffsetDateTime.class).toInstant()))
                .list());
    }

    /** Shards and rows that a run leaves out. */
    DictionaryRun.Quarantine total(UUID run) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select count(*) as shards, coalesce(sum(rows), 0) as rows from quarantined_shard where run = :run
                        """)
                .bind("run", run)
                .map((row, context) -> new DictionaryRun.Quarantine(row.getInt("shards"), row.getLong("rows")))
                .one());
    }
}

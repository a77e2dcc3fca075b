package io.concordance.trainer.capture;

import io.concordance.contracts.event.CaptureJobAccepted;
import io.concordance.contracts.event.CaptureJobEnded;
import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.ObjectRef;
import io.concordance.contracts.event.ShardWritten;
import io.concordance.contracts.json.Json;
import io.concordance.kit.inbox.Inbox;
import io.concordance.trainer.stream.ShardOrder;
import io.concordance.trainer.stream.ShardSource.Written;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/** Captured jobs and shards. */
@ApplicationScoped
public class PostgresCaptureRepository {
    private final Jdbi jdbi;
    private final Inbox inbox;

    PostgresCaptureRepository(Jdbi jdbi, Inbox inbox) {
        this.jdbi = jdbi;
        this.inbox = inbox;
    }

    void add(Event<CaptureJobAccepted> event, UUID id) {
        CaptureJobAccepted job = event.data();
        jdbi.useTransaction(handle -> {
            if (!inbox.firstSeen(handle, event.source(), event.id())) {
                return;
            }
            handle.createUpdate("""
                            insert into captured_job
                                (id, model, model_digest, tokenizer_digest, hooks, role, arms, transcripts, slices)
                            values (:id, :model, :modelDigest, :tokenizerDigest, cast(:hooks as jsonb), :role,
                                    cast(:arms as jsonb), cast(:transcripts as jsonb), :slices)
                            on conflict (id) do update
                                set arms = excluded.arms, transcripts = excluded.transcripts, slices = excluded.slices
                            where excluded.slices > captured_job.slices
                            """)
                    .bind("id", id)
                    .bind("model", job.model())
                    .bind("modelDigest", job.modelDigest())
                    .bind("tokenizerDigest", job.tokenizerDigest())
                    .bind("hooks", json(job.hooks()))
                    .bind("role", job.role())
                    .bind(
                            "arms",
                            json(job.arms().stream()
                                    .map(CaptureJobAccepted.Arm::name)
                                    .toList()))
                    .bind(
                            "transcripts",
                            json(job.arms().stream()
                                    .map(CaptureJobAccepted.Arm::transcripts)
                                    .toList()))
                    .bind("slices", job.slices())
                    .execute();
        });
    }

    void end(Event<CaptureJobEnded> event, UUID id) {
        CaptureJobEnded ended = event.data();
        jdbi.useTransaction(handle -> {
            if (!inbox.firstSeen(handle, event.source(), event.id())) {
                return;
            }
            handle.createUpdate("""
                            insert into captured_job_end (job, state, problem) values (:job, :state, :problem)
                            on conflict (job) do update
                                set state = excluded.state, problem = excluded.problem, heard_at = now()
                            """)
                    .bind("job", id)
                    .bind("state", ended.state())
                    .bind("problem", ended.problem())
                    .execute();
        });
    }

    /**
     * Why shards of a job that are not here will never come: it failed or was cancelled a while ago, and what it had
     * written by then is no longer on its way.
     */
    public Optional<String> lost(UUID job, Duration grace) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select state, problem from captured_job_end
                        where job = :job and state <> 'completed'
                          and heard_at < now() - cast(:millis as double precision) * interval '1 millisecond'
                        """)
                .bind("job", job)
                .bind("millis", grace.toMillis())
                .map((row, context) -> row.getString("state").equals("failed")
                        ? "failed: " + row.getString("problem")
                        : "was cancelled")
                .findOne());
    }

    void add(Event<ShardWritten> event, UUID job, int rows) {
        ShardWritten shard = event.data();
        jdbi.useTransaction(handle -> {
            if (!inbox.firstSeen(handle, event.source(), event.id())) {
                return;
            }
            handle.createUpdate("""
                            insert into captured_shard
                                (job, hook, slice, part, parts, arm, role, bucket, object_key, sha256, bytes, rows, width)
                            values (:job, :hook, :slice, :part, :parts, :arm, :role, :bucket, :key, :sha256, :bytes, :rows,
                                    :width)
                            on conflict do nothing
                            """)
                    .bind("job", job)
                    .bind("hook", shard.hook())
                    .bind("slice", shard.slice())
                    .bind("part", shard.part())
                    .bind("parts", shard.parts())
                    .bind("arm", shard.arm())
                    .bind("role", shard.role())
                    .bind("bucket", shard.object().bucket())
                    .bind("key", shard.object().key())
                    .bind("sha256", shard.object().sha256())
                    .bind("bytes", shard.object().bytes())
                    .bind("rows", rows)
                    .bind("width", shard.width())
                    .execute();
        });
    }

    /** A job that was announced. */
    public Optional<CapturedJob> job(UUID id) {
        return jdbi.withHandle(handle -> handle.createQuery("select * from captured_job where id = :id")
                .bind("id", id)
                .map((row, context) -> new CapturedJob(
                        row.getString("id"),
                        row.getString("model"),
                        List.of(read(row.getString("hooks"))),
                        row.getString("role"),
                        List.of(read(row.getString("arms"))),
                        List.of(read(row.getString("transcripts"))),
                        row.getInt("slices"),
                        row.getString("tokenizer_digest")))
                .findOne());
    }

    /** All announced jobs of a model that capture the hook for learning and were not lost, by id. */
    public List<CapturedJob> learning(String model, String hook) {
        return jdbi.withHandle(handle -> handle
                .createQuery("""
                        select id from captured_job
                        where model = :model and role = :role and hooks @> to_jsonb(cast(:hook as text))
                          and not exists (select from captured_job_end where job = id and state <> 'completed')
                        order by id
                        """)
                .bind("model", model)
                .bind("role", CapturedJob.LEARNING)
                .bind("hook", hook)
                .mapTo(UUID.class)
                .list()
                .stream()
                .flatMap(id -> job(id).stream())
                .toList());
    }

    /** A slice whose shards at the hook were all written; left out when {@code arms} is not empty and does not name its arm. */
    Optional<Written> shard(UUID job, String hook, int slice, List<String> arms) {
        List<PartRow> parts = jdbi.withHandle(handle -> handle.createQuery("""
                        select * from captured_shard where job = :job and hook = :hook and slice = :slice order by part
                        """)
                .bind("job", job)
                .bind("hook", hook)
                .bind("slice", slice)
                .map((row, context) -> part(row))
                .list());
        if (parts.isEmpty() || parts.size() < parts.getFirst().parts()) {
            return Optional.empty();
        }
        PartRow first = parts.getFirst();
        return Optional.of(new Written(
                parts.stream().map(PartRow::part).toList(),
                first.width(),
                first.role().equals(CapturedJob.LEARNING) && (arms.isEmpty() || arms.contains(first.arm()))));
    }

    private record PartRow(Written.Part part, int parts, int width, String role, String arm) {}

    private static PartRow part(ResultSet row) throws SQLException {
        return new PartRow(
                new Written.Part(
                        new ObjectRef(
                                row.getString("bucket"),
                                row.getString("object_key"),
                                row.getString("sha256"),
                                row.getLong("bytes")),
                        row.getInt("rows")),
                row.getInt("parts"),
                row.getInt("width"),
                row.getString("role"),
                row.getString("arm"));
    }

    /** Values a row at a hook, once the job's first slice says so. */
    public OptionalInt width(UUID job, String hook) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select width from captured_shard where job = :job and hook = :hook and slice = 0 and part = 0
                        """)
                .bind("job", job)
                .bind("hook", hook)
                .mapTo(Integer.class)
                .findOne()
                .map(OptionalInt::of)
                .orElse(OptionalInt.empty()));
    }

    /** Rows that have been captured so far at a hook in some slices of learning jobs, in these arms. */
    public long rowsIn(List<ShardOrder.Slot> slots, String hook, List<String> arms) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select coalesce(sum(rows), 0) from captured_shard
                        join unnest(cast(:jobs as uuid[]), cast(:slices as integer[])) as slot (id, number)
                            on job = slot.id and slice = slot.number
                        where hook = :hook and role = :role
                          and (cast(:arms as jsonb) = '[]' or cast(:arms as jsonb) @> to_jsonb(arm))
                        """)
                .bindArray(
                        "jobs",
                        String.class,
                        slots.stream().map(ShardOrder.Slot::job).toList())
                .bindArray(
                        "slices",
                        Integer.class,
                        slots.stream().map(ShardOrder.Slot::slice).toList())
                .bind("hook", hook)
                .bind("role", CapturedJob.LEARNING)
                .bind("arms", json(arms))
                .mapTo(Long.class)
                .one());
    }

    /** Rows that have been captured so far at a hook of these jobs' first slices, in these arms. */
    public long rows(List<UUID> jobs, List<Integer> slices, String hook, List<String> arms) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select coalesce(sum(rows), 0) from captured_shard
                        join unnest(cast(:ids as uuid[]), cast(:slices as integer[])) as read (id, slices)
                            on job = read.id and slice < read.slices
                        where hook = :hook and role = :role
                          and (cast(:arms as jsonb) = '[]' or cast(:arms as jsonb) @> to_jsonb(arm))
                        """)
                .bindArray(
                        "ids", String.class, jobs.stream().map(UUID::toString).toList())
                .bindArray("slices", Integer.class, slices)
                .bind("hook", hook)
                .bind("role", CapturedJob.LEARNING)
                .bind("arms", json(arms))
                .mapTo(Long.class)
                .one());
    }

    private static String json(Object value) {
        return new String(Json.bytes(value), StandardCharsets.UTF_8);
    }

    private static String[] read(String json) {
        return Json.read(json.getBytes(StandardCharsets.UTF_8), String[].class);
    }
}

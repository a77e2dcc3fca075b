package io.concordance.capture.slice;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.capture.attribution.Attribution;
import io.concordance.capture.intervention.Intervention;
import io.concordance.capture.intervention.JobInterventions;
import io.concordance.capture.intervention.Measured;
import io.concordance.capture.job.CaptureJob;
import io.concordance.capture.job.CaptureJob.State;
import io.concordance.capture.job.ContextPolicy;
import io.concordance.capture.job.FoundDirections;
import io.concordance.capture.model.HookPoint;
import io.concordance.capture.search.Search;
import io.concordance.contracts.event.CaptureJobEnded;
import io.concordance.contracts.event.DirectionsFound;
import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.ShardWritten;
import io.concordance.contracts.json.Json;
import io.concordance.kit.outbox.Outbox;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Slices as their workers see them. */
@ApplicationScoped
class PostgresSliceRepository {
    private static final String SOURCE = "/concordance/capture";

    private final Jdbi jdbi;
    private final Outbox outbox;

    PostgresSliceRepository(Jdbi jdbi, Outbox outbox) {
        this.jdbi = jdbi;
        this.outbox = outbox;
    }

    /** The slice, whose job is running from now on unless it has ended. Empty when there is no such slice. */
    Optional<SliceWork> begin(UUID job, int slice) {
        return jdbi.inTransaction(handle -> {
            handle.createUpdate("update capture_job set state = 'running' where id = :job and state = 'accepted'")
                    .bind("job", job)
                    .execute();
            return handle.createQuery("""
                            select j.id, s.slice, j.slices, s.done_at is not null as done, j.state, j.model, j.hooks,
                                   j.role, j.dtype, j.context_policy, j.position_means, j.part_bytes, j.arms -> s.arm as arm, s.documents, s.from_byte, s.to_byte,
                                   j.arms, j.interventions, j.metrics, j.attribution, j.search
                            from slice s join capture_job j on j.id = s.job
                            where s.job = :job and s.slice = :slice
                            """)
                    .bind("job", job)
                    .bind("slice", slice)
                    .map((row, context) -> work(row))
                    .findOne();
        });
    }

    /**
     * Records a slice as done and states its shards, once. The last slice completes the job.
     *
     * @param written digest of everything the arm wrote, if this is known to be its last slice
     */
    Finish finish(SliceWork work, SliceShards result, @Nullable String written) {
        return jdbi.inTransaction(handle -> {
            State state = lockJob(handle, work.job());
            if (isDone(handle, work)) {
                return Finish.DONE;
            }
            if (state.isFinal()) {
                return Finish.ENDED;
            }
            if (work.arm().generate() != null && written == null && isLastOfArm(handle, work)) {
                return Finish.LAST_OF_ITS_ARM;
            }
            boolean last = record(handle, work, result);
            if (written != null) {
                keepWritten(handle, work, written);
            }
            for (int hook = 0; work.captures() && hook < work.hooks().size(); hook++) {
                for (int part = 0; part < result.parts().size(); part++) {
                    outbox.add(handle, Event.of(SOURCE, work.job().toString(), written(work, result, hook, part)));
                }
            }
            if (result.directions() != null) {
                outbox.add(handle, Event.of(SOURCE, work.job().toString(), found(work, result.directions())));
            }
            if (last) {
                outbox.add(handle, Event.of(SOURCE, work.job().toString(), ended(handle, work, State.COMPLETED, null)));
            }
            return Finish.DONE;
        });
    }

    /** What came of {@link #finish}. */
    enum Finish {
        /** The slice is recorded as done, now or before. */
        DONE,
        /** Its job ended without it. */
        ENDED,
        /** All other slices of an arm that writes are done, and the file of what it wrote is missing; nothing changed. */
        LAST_OF_ITS_ARM
    }

    private static boolean isLastOfArm(Handle handle, SliceWork work) {
        return handle.createQuery("""
                        select not exists (
                            select 1 from slice s join slice mine on mine.job = s.job and mine.arm = s.arm
                            where mine.job = :job and mine.slice = :slice and s.slice <> :slice and s.done_at is null)
                        """)
                .bind("job", work.job())
                .bind("slice", work.slice())
                .mapTo(Boolean.class)
                .one();
    }

    /** Numbers of the slices of a slice's arm, ascending. */
    List<Integer> ofSameArm(SliceWork work) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select s.slice from slice s join slice mine on mine.job = s.job and mine.arm = s.arm
                        where mine.job = :job and mine.slice = :slice order by s.slice
                        """)
                .bind("job", work.job())
                .bind("slice", work.slice())
                .mapTo(Integer.class)
                .list());
    }

    private static void keepWritten(Handle handle, SliceWork work, String digest) {
        handle.createUpdate("""
                        update capture_job set arms = jsonb_set(
                            arms,
                            array[cast((select arm from slice where job = :job and slice = :slice) as text), 'written'],
                            to_jsonb(cast(:written as text)))
                        where id = :job
                        """)
                .bind("job", work.job())
                .bind("slice", work.slice())
                .bind("written", digest)
                .execute();
    }

    private static CaptureJobEnded ended(Handle handle, SliceWork work, State state, @Nullable String problem) {
        int slices = handle.createQuery("select slices from capture_job where id = :job")
                .bind("job", work.job())
                .mapTo(Integer.class)
                .one();
        return new CaptureJobEnded(work.job().toString(), state.text(), slices, problem);
    }

    private static State lockJob(Handle handle, UUID job) {
        return State.of(handle.createQuery("select state from capture_job where id = :job for update")
                .bind("job", job)
                .mapTo(String.class)
                .one());
    }

    private static boolean isDone(Handle handle, SliceWork work) {
        return handle.createQuery("select done_at is not null from slice where job = :job and slice = :slice")
                .bind("job", work.job())
                .bind("slice", work.slice())
                .mapTo(Boolean.class)
                .one();
    }

    /** Whether it was the last one open. */
    private static boolean record(Handle handle, SliceWork work, SliceShards result) {
        handle.createUpdate("""
                        update slice set done_at = now(), tokens = :tokens, truncated = :truncated,
                                         shards = cast(:shards as jsonb), loss = cast(:loss as jsonb),
                                         attribution = cast(:attribution as jsonb),
                                         directions = cast(:directions as jsonb)
                        where job = :job and slice = :slice
                        """)
                .bind("tokens", result.tokens())
                .bind("truncated", result.truncated())
                .bind("shards", new String(Json.bytes(result.parts()), StandardCharsets.UTF_8))
                .bind("loss", result.loss() == null ? null : json(result.loss()))
                .bind("attribution", result.attributions() == null ? null : json(result.attributions()))
                .bind("directions", result.directions() == null ? null : json(result.directions()))
                .bind("job", work.job())
                .bind("slice", work.slice())
                .execute();
        return handle.createQuery("""
                        update capture_job set
                            slices_done = slices_done + 1,
                            tokens = tokens + :tokens,
                            rows = rows + :rows,
                            truncated_documents = truncated_documents + :truncated,
                            skipped_summaries = skipped_summaries + :summaries,
                            state = case when slices_done + 1 = slices then 'completed' else state end,
                            finished_at = case when slices_done + 1 = slices then now() end
                        where id = :job returning slices_done = slices
                        """)
                .bind("tokens", result.tokens())
                .bind("rows", work.captures() ? result.tokens() * work.hooks().size() : 0)
                .bind("truncated", result.truncated())
                .bind("summaries", result.summaries())
                .bind("job", work.job())
                .mapTo(Boolean.class)
                .one();
    }

    private static ShardWritten written(SliceWork work, SliceShards result, int hook, int index) {
        SliceShards.Part part = result.parts().get(index);
        return new ShardWritten(
                work.job().toString(),
                work.model(),
                work.hooks().get(hook).name(),
                work.slice(),
                work.slices(),
                work.arm().name(),
                work.arm().kind(),
                work.role(),
                part.shards().get(hook),
                work.dtype(),
                part.rows(),
                work.hooks().get(hook).width(),
                part.documents(),
                index,
                result.parts().size());
    }

    private static DirectionsFound found(SliceWork work, FoundDirections found) {
        return new DirectionsFound(
                work.job().toString(),
                work.model(),
                work.slice(),
                work.slices(),
                work.hooks().getFirst().name(),
                Objects.requireNonNull(work.search()).target(),
                found.radius(),
                found.norm(),
                found.directions().size(),
                found.object());
    }

    /** Whether a slice's job has ended, in whatever way. */
    boolean hasEnded(SliceWork work) {
        return jdbi.withHandle(handle -> State.of(handle.createQuery("select state from capture_job where id = :job")
                        .bind("job", work.job())
                        .mapTo(String.class)
                        .one())
                .isFinal());
    }

    /**
     * Ends the job of a slice that cannot be done. A job that has ended stays as it is.
     *
     * @return false when the slice is recorded as done after all
     */
    boolean fail(SliceWork work, String problem) {
        return jdbi.inTransaction(handle -> {
            State state = lockJob(handle, work.job());
            if (isDone(handle, work)) {
                return false;
            }
            if (!state.isFinal()) {
                handle.createUpdate("""
                                update capture_job set state = 'failed', problem = :problem, finished_at = now()
                                where id = :job
                                """)
                        .bind("job", work.job())
                        .bind("problem", problem)
                        .execute();
                outbox.add(handle, Event.of(SOURCE, work.job().toString(), ended(handle, work, State.FAILED, problem)));
            }
            return true;
        });
    }

    private static JobInterventions interventions(ResultSet row) throws SQLException {
        String all = row.getString("interventions");
        return CaptureJob.interventions(
                all == null ? null : List.of(read(all, Intervention[].class)),
                List.of(read(row.getString("arms"), CaptureJob.Arm[].class)));
    }

    /** What relative scales of a job's interventions are made of, by name; empty until somebody measured. */
    Optional<Map<String, Measured>> measured(UUID job) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select measured from capture_job where id = :job and measured is not null")
                .bind("job", job)
                .mapTo(String.class)
                .findOne()
                .map(PostgresSliceRepository::measurements));
    }

    /** Keeps measurements unless there are some; what is kept then. */
    Map<String, Measured> keepMeasured(UUID job, Map<String, Measured> measured) {
        return jdbi.withHandle(handle -> measurements(handle.createQuery("""
                        update capture_job set measured = coalesce(measured, cast(:measured as jsonb))
                        where id = :job returning measured
                        """)
                .bind("measured", json(measured))
                .bind("job", job)
                .mapTo(String.class)
                .one()));
    }

    private static Map<String, Measured> measurements(String json) {
        return Json.mapper().convertValue(read(json, JsonNode.class), new TypeReference<Map<String, Measured>>() {});
    }

    private static String json(Object value) {
        return new String(Json.bytes(value), StandardCharsets.UTF_8);
    }

    private static SliceWork work(ResultSet row) throws SQLException {
        String metrics = row.getString("metrics");
        String attribution = row.getString("attribution");
        String search = row.getString("search");
        return new SliceWork(
                row.getObject("id", UUID.class),
                row.getInt("slice"),
                row.getInt("slices"),
                row.getBoolean("done"),
                State.of(row.getString("state")),
                row.getString("model"),
                List.of(read(row.getString("hooks"), HookPoint[].class)),
                row.getString("role"),
                row.getString("dtype"),
                ContextPolicy.of(row.getString("context_policy")),
                row.getBoolean("position_means"),
                row.getLong("part_bytes"),
                read(row.getString("arm"), CaptureJob.Arm.class),
                row.getInt("documents"),
                row.getLong("from_byte"),
                row.getLong("to_byte"),
                interventions(row),
                metrics == null ? List.of() : List.of(read(metrics, String[].class)),
                attribution == null ? null : read(attribution, Attribution.class),
                search == null ? null : read(search, Search.class));
    }

    private static <T> T read(String json, Class<T> type) {
        return Json.read(json.getBytes(StandardCharsets.UTF_8), type);
    }
}

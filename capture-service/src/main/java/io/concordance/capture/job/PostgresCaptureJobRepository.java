package io.concordance.capture.job;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.capture.attribution.Attribution;
import io.concordance.capture.intervention.Intervention;
import io.concordance.capture.intervention.LossSums;
import io.concordance.capture.intervention.Measured;
import io.concordance.capture.job.CaptureJob.State;
import io.concordance.capture.model.HookPoint;
import io.concordance.capture.model.RegisteredModel;
import io.concordance.capture.search.Search;
import io.concordance.contracts.event.CaptureJobAccepted;
import io.concordance.contracts.event.CaptureJobEnded;
import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.ObjectRef;
import io.concordance.contracts.event.SliceQueued;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.outbox.Outbox;
import io.concordance.kit.page.Page;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/** Capture jobs and their slices. */
@ApplicationScoped
class PostgresCaptureJobRepository {
    private static final TypeReference<Map<String, Measured>> MEASURED = new TypeReference<>() {};
    private static final String SOURCE = "/concordance/capture";
    /** Losses in order of slice, so that they always add up to the same bits. */
    private static final String SELECT = """
            select *, (select jsonb_agg(jsonb_build_object('arm', arm, 'sums', loss) order by slice)
                       from slice where slice.job = capture_job.id and loss is not null) as losses
            from capture_job
            """;

    private final Jdbi jdbi;
    private final Outbox outbox;

    PostgresCaptureJobRepository(Jdbi jdbi, Outbox outbox) {
        this.jdbi = jdbi;
        this.outbox = outbox;
    }

    /** Adds a job, its slices and the messages that set them going, all or nothing. */
    void accept(
            CaptureJob job, RegisteredModel model, List<HookPoint> hooks, List<Slicing.Slice> slices, long partBytes) {
        jdbi.useTransaction(handle -> {
            handle.createUpdate("""
                            insert into capture_job (id, state, model, hooks, role, dtype, context_policy, position_means,
                                                     part_bytes, arms, interventions, metrics, attribution, search, slices,
                                                     documents,
                                                     created_at)
                            values (:id, :state, :model, cast(:hooks as jsonb), :role, :dtype, :contextPolicy,
                                    :positionMeans, :partBytes, cast(:arms as jsonb), cast(:interventions as jsonb),
                                    cast(:metrics as jsonb), cast(:attribution as jsonb), cast(:search as jsonb), :slices, :documents, :createdAt)
                            """)
                    .bind("id", job.id())
                    .bind("state", job.state().text())
                    .bind("model", job.model())
                    .bind("hooks", json(hooks))
                    .bind("role", job.role())
                    .bind("dtype", job.dtype())
                    .bind("contextPolicy", job.contextPolicy())
                    .bind("positionMeans", job.positionMeans())
                    .bind("partBytes", partBytes)
                    .bind("arms", json(job.arms()))
                    .bind("interventions", job.interventions() == null ? null : json(job.interventions()))
                    .bind("metrics", job.metrics() == null ? null : json(job.metrics()))
                    .bind("attribution", job.attribution() == null ? null : json(job.attribution()))
                    .bind("search", job.search() == null ? null : json(job.search()))
                    .bind("slices", slices.size())
                    .bind("documents", job.documents())
                    .bind("createdAt", job.createdAt())
                    .execute();
            queue(handle, job, model, slices, 0, 0);
        });
    }

    /** Adds slices with the numbers from {@code firstSlice} on, and states the job with them. */
    private void queue(
            Handle handle,
            CaptureJob job,
            RegisteredModel model,
            List<Slicing.Slice> slices,
            int firstSlice,
            int firstArm) {
        PreparedBatch rows = handle.prepareBatch("""
                insert into slice (job, slice, arm, documents, from_byte, to_byte)
                values (:job, :slice, :arm, :documents, :fromByte, :toByte)
                """);
        for (int i = 0; i < slices.size(); i++) {
            Slicing.Slice slice = slices.get(i);
            rows.bind("job", job.id())
                    .bind("slice", firstSlice + i)
                    .bind("arm", firstArm + slice.arm())
                    .bind("documents", slice.documents())
                    .bind("fromByte", slice.fromByte())
                    .bind("toByte", slice.toByte())
                    .add();
        }
        rows.execute();
        String id = job.id().toString();
        outbox.add(handle, Event.of(SOURCE, id, accepted(job, model)));
        for (int i = firstSlice; i < firstSlice + slices.size(); i++) {
            outbox.add(handle, Event.of(SOURCE, id + "/" + i, new SliceQueued(id, i)));
        }
    }

    /**
     * Adds arms and their slices to a job that has not failed or been cancelled, behind those it has; a completed one
     * runs again.
     *
     * @param arms checked against the job as it is then
     * @return the job as it was left; unchanged, and in a final state, when it cannot be extended any more
     */
    CaptureJob extend(
            UUID id,
            RegisteredModel model,
            List<Slicing.Slice> slices,
            Function<CaptureJob, List<CaptureJob.Arm>> arms) {
        return jdbi.inTransaction(handle -> {
            CaptureJob job = handle.createQuery("select * from capture_job where id = :id for update")
                    .bind("id", id)
                    .map((row, context) -> job(row))
                    .one();
            if (job.state().isFinal() && job.state() != State.COMPLETED) {
                return job;
            }
            List<CaptureJob.Arm> all =
                    Stream.concat(job.arms().stream(), arms.apply(job).stream()).toList();
            handle.createUpdate("""
                            update capture_job set
                                state = case when state = 'completed' then 'running' else state end,
                                finished_at = null,
                                arms = cast(:arms as jsonb),
                                slices = slices + :slices,
                                documents = documents + :documents
                            where id = :id
                            """)
                    .bind("id", id)
                    .bind("arms", json(all))
                    .bind("slices", slices.size())
                    .bind(
                            "documents",
                            slices.stream().mapToInt(Slicing.Slice::documents).sum())
                    .execute();
            CaptureJob extended = handle.createQuery("select * from capture_job where id = :id")
                    .bind("id", id)
                    .map((row, context) -> job(row))
                    .one();
            queue(
                    handle,
                    extended,
                    model,
                    slices,
                    job.slices().total(),
                    job.arms().size());
            return extended;
        });
    }

    private static CaptureJobAccepted accepted(CaptureJob job, RegisteredModel model) {
        return new CaptureJobAccepted(
                job.id().toString(),
                job.model(),
                model.onnxDigest(),
                job.captures() ? job.hooks() : List.of(),
                job.role(),
                job.dtype(),
                job.arms().stream()
                        .map(arm ->
                                new CaptureJobAccepted.Arm(arm.name(), arm.kind(), arm.transcripts(), arm.documents()))
                        .toList(),
                job.slices().total(),
                job.documents(),
                model.tokenizerDigest(),
                model.unembedding());
    }

    Optional<CaptureJob> find(UUID id) {
        return jdbi.withHandle(handle -> handle.createQuery(SELECT + "where id = :id")
                .bind("id", id)
                .map((row, context) -> job(row))
                .findOne());
    }

    /** Newest first. */
    Page<CaptureJob> list(@Nullable UUID cursor, int limit) {
        if (cursor != null && find(cursor).isEmpty()) {
            throw new FieldProblem("cursor", cursor, "the 'next' of an earlier page");
        }
        List<CaptureJob> found = jdbi.withHandle(handle -> handle.createQuery(SELECT + """
                        where cast(:cursor as uuid) is null
                           or (created_at, id) < (select created_at, id from capture_job where id = cast(:cursor as uuid))
                        order by created_at desc, id desc limit :limit
                        """)
                .bind("cursor", cursor == null ? null : cursor.toString())
                .bind("limit", limit + 1)
                .map((row, context) -> job(row))
                .list());
        boolean more = found.size() > limit;
        List<CaptureJob> items = more ? found.subList(0, limit) : found;
        return new Page<>(items, more ? items.getLast().id().toString() : null);
    }

    /**
     * Files of attributions of finished slices, in order of slice.
     *
     * @param after slice of the last one seen; -1 for none
     */
    Page<AttributedSlice> attributions(UUID id, int after, int limit) {
        List<AttributedSlice> found = jdbi.withHandle(handle -> handle.createQuery("""
                        select s.slice, j.arms -> s.arm ->> 'name' as arm, s.documents, s.attribution
                        from slice s join capture_job j on j.id = s.job
                        where s.job = :id and s.slice > :after and s.attribution is not null
                        order by s.slice limit :limit
                        """)
                .bind("id", id)
                .bind("after", after)
                .bind("limit", limit + 1)
                .map((row, context) -> new AttributedSlice(
                        row.getInt("slice"),
                        row.getString("arm"),
                        row.getInt("documents"),
                        read(row.getString("attribution"), ObjectRef.class)))
                .list());
        boolean more = found.size() > limit;
        List<AttributedSlice> items = more ? found.subList(0, limit) : found;
        return new Page<>(items, more ? Integer.toString(items.getLast().slice()) : null);
    }

    /** What finished slices of a search found, in order of slice. */
    List<FoundDirections> directions(UUID id) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select directions from slice where job = :id and directions is not null order by slice
                        """)
                .bind("id", id)
                .map((row, context) -> read(row.getString("directions"), FoundDirections.class))
                .list());
    }

    void cancel(UUID id) {
        jdbi.useTransaction(handle -> {
            Optional<Integer> slices =
                    handle.createQuery("""
                            update capture_job set state = 'cancelled', finished_at = now()
                            where id = :id and state in ('accepted', 'running') returning slices
                            """).bind("id", id).mapTo(Integer.class).findOne();
            slices.ifPresent(count -> outbox.add(
                    handle,
                    Event.of(
                            SOURCE,
                            id.toString(),
                            new CaptureJobEnded(id.toString(), State.CANCELLED.text(), count, null))));
        });
    }

    private static CaptureJob job(ResultSet row) throws SQLException {
        OffsetDateTime finished = row.getObject("finished_at", OffsetDateTime.class);
        List<CaptureJob.Arm> arms = List.of(read(row.getString("arms"), CaptureJob.Arm[].class));
        String interventions = row.getString("interventions");
        String measured = row.getString("measured");
        String asked = row.getString("metrics");
        String attribution = row.getString("attribution");
        String search = row.getString("search");
        List<String> metrics = asked == null ? null : List.of(read(asked, String[].class));
        return new CaptureJob(
                row.getObject("id", UUID.class),
                State.of(row.getString("state")),
                row.getString("model"),
                Stream.of(read(row.getString("hooks"), HookPoint[].class))
                        .map(HookPoint::name)
                        .toList(),
                row.getString("role"),
                row.getString("dtype"),
                row.getString("context_policy"),
                row.getBoolean("position_means"),
                arms,
                new CaptureJob.Slices(row.getInt("slices"), row.getInt("slices_done")),
                row.getInt("documents"),
                row.getInt("truncated_documents"),
                row.getInt("skipped_summaries"),
                row.getLong("tokens"),
                row.getLong("rows"),
                interventions == null ? null : List.of(read(interventions, Intervention[].class)),
                measured == null ? null : Json.mapper().convertValue(read(measured, JsonNode.class), MEASURED),
                metrics,
                metrics == null ? null : losses(row, arms, metrics),
                attribution == null ? null : read(attribution, Attribution.class),
                search == null ? null : read(search, Search.class),
                row.getString("problem"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                finished == null ? null : finished.toInstant());
    }

    private record SliceLoss(int arm, LossSums sums) {}

    private static List<LossSums.Loss> losses(ResultSet row, List<CaptureJob.Arm> arms, List<String> metrics)
            throws SQLException {
        String stored = row.getString("losses");
        List<SliceLoss> slices = stored == null ? List.of() : List.of(read(stored, SliceLoss[].class));
        List<LossSums.Loss> losses = new ArrayList<>();
        for (int a = 0; a < arms.size(); a++) {
            LossSums sums = LossSums.NONE;
            for (SliceLoss slice : slices) {
                if (slice.arm == a) {
                    sums = sums.plus(slice.sums);
                }
            }
            if (sums.tokens() > 0) {
                losses.add(sums.means(arms.get(a).name(), metrics.contains("ce"), metrics.contains("kl")));
            }
        }
        return losses;
    }

    private static String json(Object value) {
        return new String(Json.bytes(value), StandardCharsets.UTF_8);
    }

    private static <T> T read(String json, Class<T> type) {
        return Json.read(json.getBytes(StandardCharsets.UTF_8), type);
    }
}

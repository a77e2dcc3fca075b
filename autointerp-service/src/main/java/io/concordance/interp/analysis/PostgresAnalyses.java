package io.concordance.interp.analysis;

import io.concordance.contracts.event.DictionaryCheckpointed;
import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.FeatureAttributed;
import io.concordance.contracts.json.Json;
import io.concordance.interp.evidence.Coverage;
import io.concordance.interp.feature.PostgresFeatures;
import io.concordance.interp.feature.PostgresFeatures.NewFeature;
import io.concordance.interp.probe.ProbeReport;
import io.concordance.kit.inbox.Inbox;
import io.concordance.kit.outbox.Outbox;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** Analyses and what they end in. */
@ApplicationScoped
class PostgresAnalyses {
    private final Jdbi jdbi;
    private final Inbox inbox;
    private final Outbox outbox;
    private final PostgresFeatures features;

    PostgresAnalyses(Jdbi jdbi, Inbox inbox, Outbox outbox, PostgresFeatures features) {
        this.jdbi = jdbi;
        this.inbox = inbox;
        this.outbox = outbox;
        this.features = features;
    }

    /** Makes the analysis of a finished dictionary, unless there is one. */
    void start(Event<DictionaryCheckpointed> event, String dictionary, String objectPrefix) {
        DictionaryCheckpointed finished = event.data();
        DictionaryCheckpointed.Minus minus = finished.minus();
        jdbi.useTransaction(handle -> {
            if (inbox.firstSeen(handle, event.source(), event.id())) {
                handle.createUpdate("""
                                insert into analysis (id, run, dictionary, object_prefix, model, hook, jobs, slices,
                                                      minus_jobs, minus_hook, state)
                                values (:id, :run, :dictionary, :prefix, :model, :hook, :jobs, :slices,
                                        :minusJobs, :minusHook, 'running')
                                on conflict do nothing
                                """)
                        .bind("id", UUID.nameUUIDFromBytes(dictionary.getBytes(StandardCharsets.UTF_8)))
                        .bind("run", finished.runId())
                        .bind("dictionary", dictionary)
                        .bind("prefix", objectPrefix)
                        .bind("model", finished.model())
                        .bind("hook", finished.hook())
                        .bindArray("jobs", String.class, finished.jobs())
                        .bindArray("slices", Integer.class, slices(finished))
                        .bindArray("minusJobs", String.class, minus == null ? List.of() : minus.jobs())
                        .bind("minusHook", minus == null ? null : minus.hook())
                        .execute();
            }
        });
    }

    /** Empty when all slices of the jobs are meant. */
    private static List<Integer> slices(DictionaryCheckpointed finished) {
        List<Integer> slices = finished.slices();
        return slices == null || slices.size() != finished.jobs().size() ? List.of() : slices;
    }

    List<AnalysisTask> running() {
        return tasks("where state = 'running' order by created_at, id", query -> query);
    }

    private List<AnalysisTask> tasks(String which, UnaryOperator<Query> bind) {
        return jdbi.withHandle(handle -> bind.apply(handle.createQuery("select * from analysis " + which))
                .map((row, context) -> new AnalysisTask(
                        row.getObject("id", UUID.class),
                        row.getString("run"),
                        row.getString("dictionary"),
                        row.getString("object_prefix"),
                        row.getString("model"),
                        row.getString("hook"),
                        List.of((String[]) row.getArray("jobs").getArray()),
                        List.of((Integer[]) row.getArray("slices").getArray()),
                        row.getString("minus_hook") == null
                                ? null
                                : new AnalysisTask.Minus(
                                        List.of((String[])
                                                row.getArray("minus_jobs").getArray()),
                                        row.getString("minus_hook")),
                        additions(handle, row.getObject("id", UUID.class))))
                .list());
    }

    private static List<Addition> additions(Handle handle, UUID analysis) {
        return handle.createQuery(
                        "select job, first_slice, slices from analysis_addition where analysis = :id order by ordinal")
                .bind("id", analysis)
                .map((row, context) ->
                        new Addition(row.getString("job"), row.getInt("first_slice"), row.getInt("slices")))
                .list();
    }

    /** What an analysis reads, whatever its state. */
    Optional<AnalysisTask> task(UUID id) {
        return tasks("where id = :id", query -> query.bind("id", id)).stream().findFirst();
    }

    /** Completed analyses whose own jobs have more slices by now than they read, oldest first. */
    List<AnalysisTask> outgrown() {
        return tasks("""
                a where state = 'completed' and exists (
                    select 1 from capture_job j
                    where j.id = any(a.jobs) and j.slices > greatest(
                        case when cardinality(a.slices) = 0 then j.first_slices
                             else a.slices[array_position(a.jobs, j.id)] end,
                        (select max(x.slices) from analysis_addition x where x.analysis = a.id and x.job = j.id)))
                order by created_at, id
                """, query -> query);
    }

    /**
     * Has a completed analysis go on with more slices.
     *
     * @param task as it was when the slices were worked out
     * @return false when it is not completed, or was extended since
     */
    boolean extend(AnalysisTask task, List<Addition> additions) {
        UUID id = task.id();
        return jdbi.inTransaction(handle -> {
            int running = handle.createUpdate("""
                            update analysis set state = 'running', finished_at = null
                            where id = :id and state = 'completed'
                              and (select count(*) from analysis_addition where analysis = :id) = :known
                            """)
                    .bind("id", id)
                    .bind("known", task.additions().size())
                    .execute();
            for (Addition addition : running == 1 ? additions : List.<Addition>of()) {
                handle.createUpdate("""
                                insert into analysis_addition (analysis, ordinal, job, first_slice, slices)
                                values (:id, (select count(*) from analysis_addition where analysis = :id),
                                        :job, :first, :slices)
                                """)
                        .bind("id", id)
                        .bind("job", addition.job())
                        .bind("first", addition.firstSlice())
                        .bind("slices", addition.slices())
                        .execute();
            }
            return running == 1;
        });
    }

    /**
     * Does the work unless another process is at it. The claim is the database session's own: it ends with the process,
     * however that ends.
     *
     * @return whether it was done here
     */
    boolean exclusively(UUID id, Runnable work) {
        try (Handle claim = jdbi.open()) {
            if (!lock(claim, "pg_try_advisory_lock", id)) {
                return false;
            }
            try {
                work.run();
                return true;
            } finally {
                lock(claim, "pg_advisory_unlock", id);
            }
        }
    }

    private static boolean lock(Handle claim, String function, UUID id) {
        return claim.createQuery("select <function>(hashtextextended(:id, 0))")
                .define("function", function)
                .bind("id", "analysis " + id)
                .mapTo(Boolean.class)
                .one();
    }

    void progress(UUID id, long epoch, int shardsDone, int shardsTotal) {
        jdbi.useHandle(handle -> handle.createUpdate("""
                        update analysis set shards_done = :done, shards_total = :total
                        where id = :id and epoch = :epoch and state = 'running'
                        """)
                .bind("id", id)
                .bind("epoch", epoch)
                .bind("done", shardsDone)
                .bind("total", shardsTotal)
                .execute());
    }

    void fail(UUID id, String problem) {
        jdbi.useHandle(handle ->
                handle.createUpdate("""
                        update analysis set state = 'failed', problem = :problem, finished_at = now()
                        where id = :id and state = 'running'
                        """).bind("id", id).bind("problem", problem).execute());
    }

    /** A failed analysis runs again; false when it is not a failed one. */
    boolean retry(UUID id) {
        return jdbi.withHandle(handle -> handle.createUpdate("""
                        update analysis set state = 'running', problem = null, finished_at = null, shards_done = 0
                        where id = :id and state = 'failed'
                        """).bind("id", id).execute() == 1);
    }

    /**
     * In one transaction: evidence replaced, analysis completed, events on their way. Nothing when it has ended already or
     * a newer epoch has begun.
     *
     * @param events of the dictionary's features
     * @param announcements of probes
     * @param coverage of the arms
     */
    void complete(
            UUID id,
            long epoch,
            int fired,
            List<NewFeature> reports,
            List<Event<?>> events,
            ProbeReport probes,
            List<Event<?>> announcements,
            List<Coverage> coverage) {
        jdbi.useTransaction(handle -> {
            int ended = handle.createUpdate("""
                            update analysis
                            set state = 'completed', features = :fired, attributions = :attributions,
                                probes = cast(:probes as json), coverage = cast(:coverage as json),
                                shards_done = shards_total, finished_at = now()
                            where id = :id and epoch = :epoch and state = 'running'
                            """)
                    .bind("id", id)
                    .bind("epoch", epoch)
                    .bind("fired", fired)
                    .bind("attributions", attributions(events))
                    .bind("probes", new String(Json.bytes(probes), StandardCharsets.UTF_8))
                    .bind("coverage", new String(Json.bytes(coverage), StandardCharsets.UTF_8))
                    .execute();
            if (ended == 1) {
                features.replace(handle, id, reports);
                events.forEach(event -> outbox.add(handle, event));
                announcements.forEach(event -> outbox.add(handle, event));
            }
        });
    }

    private static int attributions(List<Event<?>> events) {
        return Math.toIntExact(events.stream()
                .filter(event -> event.data() instanceof FeatureAttributed)
                .count());
    }

    /** What a completed analysis says of probes. */
    Optional<ProbeReport> probes(UUID id) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select probes from analysis where id = :id and state = 'completed' and probes is not null")
                .bind("id", id)
                .mapTo(String.class)
                .findOne()
                .map(json -> Json.read(json.getBytes(StandardCharsets.UTF_8), ProbeReport.class)));
    }

    Optional<Analysis> find(UUID id) {
        return jdbi.withHandle(handle -> handle.createQuery("select * from analysis where id = :id")
                .bind("id", id)
                .map((row, context) -> analysis(row))
                .findOne());
    }

    /**
     * Newest first.
     *
     * @param dictionary digest or run id; null for all
     */
    List<Analysis> list(@Nullable String dictionary, @Nullable UUID after, int limit) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select * from analysis
                        where (cast(:dictionary as text) is null or dictionary = :dictionary or run = :dictionary)
                          and (cast(:after as uuid) is null
                               or (created_at, id) < (select created_at, id from analysis where id = cast(:after as uuid)))
                        order by created_at desc, id desc
                        limit :limit
                        """)
                .bind("dictionary", dictionary)
                .bind("after", after)
                .bind("limit", limit)
                .map((row, context) -> analysis(row))
                .list());
    }

    private static Analysis analysis(ResultSet row) throws SQLException {
        return new Analysis(
                row.getObject("id", UUID.class),
                row.getString("run"),
                row.getString("dictionary"),
                Analysis.State.parse(row.getString("state")),
                row.getInt("shards_done"),
                row.getInt("shards_total"),
                row.getInt("features"),
                row.getInt("attributions"),
                row.getString("problem"),
                coverage(row.getString("coverage")),
                row.getString("evidence_sha256") == null
                        ? null
                        : new Analysis.Gathered(
                                row.getInt("evidence_shards"),
                                row.getString("evidence_sha256"),
                                row.getLong("evidence_bytes")),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                instant(row.getObject("finished_at", OffsetDateTime.class)));
    }

    private static @Nullable List<Coverage> coverage(@Nullable String json) {
        return json == null ? null : List.of(Json.read(json.getBytes(StandardCharsets.UTF_8), Coverage[].class));
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }
}

package io.concordance.trainer.dictionary;

import io.concordance.contracts.event.DictionaryCheckpointed.Metrics;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.page.Page;
import io.concordance.trainer.capture.PostgresCaptureRepository;
import io.concordance.trainer.dictionary.DictionaryRun.MetricPoint;
import io.concordance.trainer.dictionary.DictionaryRun.State;
import io.concordance.trainer.dictionary.PostgresPublications.Published;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Dictionary runs as people see them. */
@ApplicationScoped
class PostgresDictionaryRepository {
    private final Jdbi jdbi;
    private final PostgresCaptureRepository captures;
    private final PostgresQuarantine quarantine;
    private final PostgresPublications publications;

    PostgresDictionaryRepository(
            Jdbi jdbi,
            PostgresCaptureRepository captures,
            PostgresQuarantine quarantine,
            PostgresPublications publications) {
        this.jdbi = jdbi;
        this.captures = captures;
        this.quarantine = quarantine;
        this.publications = publications;
    }

    DictionaryRun add(UUID id, DictionaryRequests.Accepted accepted) {
        jdbi.useTransaction(handle -> handle.createUpdate("""
                        insert into dictionary_run (id, name, state, model, spec)
                        values (:id, :name, 'waiting', :model, cast(:spec as jsonb))
                        """)
                .bind("id", id)
                .bind("name", accepted.name())
                .bind("model", accepted.model())
                .bind("spec", new String(Json.bytes(accepted.spec()), StandardCharsets.UTF_8))
                .execute());
        return find(id).orElseThrow();
    }

    /**
     * Adds a run whose id follows from what it is asked for; one that failed or was cancelled waits again.
     *
     * @return false when it is waiting, under way or completed already
     */
    boolean addOrRevive(UUID id, DictionaryRequests.Accepted accepted) {
        return jdbi.inTransaction(handle -> handle.createUpdate("""
                        insert into dictionary_run (id, name, state, model, spec)
                        values (:id, :name, 'waiting', :model, cast(:spec as jsonb))
                        on conflict (id) do update
                            set state = 'waiting', problem = null, finished_at = null, queued_at = now()
                            where dictionary_run.state in ('failed', 'cancelled')
                        """)
                        .bind("id", id)
                        .bind("name", accepted.name())
                        .bind("model", accepted.model())
                        .bind("spec", new String(Json.bytes(accepted.spec()), StandardCharsets.UTF_8))
                        .execute())
                == 1;
    }

    Optional<DictionaryRun> find(UUID id) {
        return jdbi.withHandle(handle -> handle.createQuery("select * from dictionary_run where id = :id")
                .bind("id", id)
                .map((row, context) -> run(row))
                .findOne());
    }

    /** Newest first. */
    Page<DictionaryRun> list(@Nullable UUID cursor, int limit) {
        if (cursor != null && find(cursor).isEmpty()) {
            throw new FieldProblem("cursor", cursor, "the 'next' of an earlier page");
        }
        List<DictionaryRun> found = jdbi.withHandle(handle -> handle.createQuery("""
                        select * from dictionary_run
                        where cast(:cursor as uuid) is null
                           or (created_at, id) < (select created_at, id from dictionary_run where id = cast(:cursor as uuid))
                        order by created_at desc, id desc limit :limit
                        """)
                .bind("cursor", cursor == null ? null : cursor.toString())
                .bind("limit", limit + 1)
                .map((row, context) -> run(row))
                .list());
        boolean more = found.size() > limit;
        List<DictionaryRun> items = more ? found.subList(0, limit) : found;
        return new Page<>(items, more ? items.getLast().id().toString() : null);
    }

    /** Cancels an open run; its holder notices with its next write or sign of life. */
    void cancel(UUID id) {
        jdbi.useHandle(handle -> handle.createUpdate("""
                        update dictionary_run set state = 'cancelled', finished_at = now()
                        where id = :id and state in ('waiting', 'training')
                        """).bind("id", id).execute());
    }

    /** By step. */
    List<MetricPoint> metrics(UUID id) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select * from training_metric where run = :id order by step")
                .bind("id", id)
                .map((row, context) ->
                        new MetricPoint(row.getLong("step"), row.getLong("tokens"), metrics(row.getString("metrics"))))
                .list());
    }

    /** The files of a run's dictionary, or of the last one it published; empty while it has published none. */
    Optional<Origin> export(UUID id) {
        return publications.last(id, Long.MAX_VALUE).map(Published::origin).or(() -> completed(id));
    }

    private Optional<Origin> completed(UUID id) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select digest, object_prefix, config_sha256, weights_sha256, spec from dictionary_run
                        where id = :id and state = 'completed'
                        """)
                .bind("id", id)
                .map((row, context) -> new Origin(
                        row.getString("digest"),
                        row.getString("object_prefix"),
                        row.getString("config_sha256"),
                        row.getString("weights_sha256"),
                        spec(row).generation()))
                .findOne());
    }

    /** A published dictionary by its digest. */
    Optional<Origin> published(String digest) {
        return publications
                .named(digest)
                .map(Published::origin)
                .or(() -> jdbi.withHandle(handle -> handle.createQuery("""
                        select id from dictionary_run where digest = :digest and state = 'completed' order by id limit 1
                        """)
                        .bind("digest", digest)
                        .mapTo(UUID.class)
                        .findOne()
                        .flatMap(this::completed)));
    }

    private DictionaryRun run(ResultSet row) throws SQLException {
        RunSpec spec = spec(row);
        OffsetDateTime finished = row.getObject("finished_at", OffsetDateTime.class);
        Import imported = spec.imported();
        long captured = captures.rows(spec.jobs(), spec.slices(), spec.hook(), spec.arms());
        long steps = imported == null
                ? spec.train().steps()
                : spec.slices().stream().mapToLong(Integer::longValue).sum();
        UUID id = row.getObject("id", UUID.class);
        String metrics = row.getString("metrics");
        return new DictionaryRun(
                id,
                row.getString("name"),
                State.of(row.getString("state")),
                row.getLong("step"),
                steps,
                row.getLong("tokens"),
                imported == null ? steps * spec.train().batch() : Math.min(captured, imported.rows()),
                metrics == null ? null : metrics(metrics),
                new DictionaryRun.Coverage(
                        captured, row.getLong("rows_seen"), captures.rowsIn(spec.heldOut(), spec.hook(), spec.arms())),
                rows(row),
                quarantine.total(id),
                spec.generation(),
                publications
                        .last(id, spec.train().steps())
                        .map(last -> new DictionaryRun.Published(
                                last.step(),
                                last.tokens(),
                                last.origin().dictionary(),
                                last.origin().objectPrefix()))
                        .orElse(null),
                row.getInt("features"),
                row.getString("digest"),
                row.getString("object_prefix"),
                row.getString("problem"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                finished == null ? null : finished.toInstant(),
                DictionaryRun.Config.of(spec),
                imported == null ? null : imported.origin());
    }

    private static DictionaryRun.@Nullable Rows rows(ResultSet row) throws SQLException {
        String rows = row.getString("rows_found");
        return rows == null ? null : Json.read(rows.getBytes(StandardCharsets.UTF_8), DictionaryRun.Rows.class);
    }

    static RunSpec spec(ResultSet row) throws SQLException {
        return Json.read(row.getString("spec").getBytes(StandardCharsets.UTF_8), RunSpec.class);
    }

    private static Metrics metrics(String json) {
        return Json.read(json.getBytes(StandardCharsets.UTF_8), Metrics.class);
    }
}

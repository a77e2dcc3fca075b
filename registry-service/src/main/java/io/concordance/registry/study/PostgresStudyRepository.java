package io.concordance.registry.study;

import io.concordance.contracts.json.Json;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Studies and their steps in the tables {@code study} and {@code study_step}. */
@ApplicationScoped
class PostgresStudyRepository implements StudyRepository {
    private final Jdbi jdbi;

    PostgresStudyRepository(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    @Override
    public boolean insert(StudyRun run) {
        return jdbi.inTransaction(handle -> {
            int inserted = handle.createUpdate("""
                            insert into study (id, name, state, submitted, created_at)
                            values (:id, :name, :state, :submitted, :created)
                            on conflict (id) do nothing
                            """)
                    .bind("id", run.id())
                    .bind("name", run.order().study().name())
                    .bind("state", run.state().wireName())
                    .bind("submitted", new String(Json.bytes(run.order()), StandardCharsets.UTF_8))
                    .bind("created", run.createdAt())
                    .execute();
            if (inserted == 0) {
                return false;
            }
            for (Step step : run.steps().values()) {
                handle.createUpdate("""
                                insert into study_step (study, stage, state, done, total, unit)
                                values (:study, :stage, :state, 0, 0, '')
                                """)
                        .bind("study", run.id())
                        .bind("stage", step.stage().name().wireName())
                        .bind("state", step.stage().state().wireName())
                        .execute();
            }
            return true;
        });
    }

    @Override
    public Optional<StudyRun> find(UUID id) {
        return jdbi.inTransaction(handle -> handle.createQuery("select * from study where id = :id")
                .bind("id", id)
                .map((row, context) -> study(handle, row))
                .findOne());
    }

    @Override
    public List<StudyRun> list(@Nullable UUID before, int limit) {
        return jdbi.inTransaction(handle -> handle.createQuery("""
                        select * from study
                        where cast(:before as uuid) is null
                           or (created_at, id) < (select created_at, id from study where id = cast(:before as uuid))
                        order by created_at desc, id desc limit :limit
                        """)
                .bind("before", before)
                .bind("limit", limit)
                .map((row, context) -> study(handle, row))
                .list());
    }

    @Override
    public List<UUID> running() {
        return jdbi.withHandle(
                handle -> handle.createQuery("select id from study where state = 'running' order by created_at, id")
                        .mapTo(UUID.class)
                        .list());
    }

    @Override
    public void save(UUID id, Step step) {
        Stage stage = step.stage();
        jdbi.useHandle(handle -> handle.createUpdate("""
                        update study_step
                        set state = :state, done = :done, total = :total, unit = :unit, note = :note,
                            output = :output, started_at = :started, finished_at = :finished
                        where study = :study and stage = :stage and state <> 'completed'
                        """)
                .bind("state", stage.state().wireName())
                .bind("done", stage.done())
                .bind("total", stage.total())
                .bind("unit", stage.unit())
                .bind("note", stage.note())
                .bind("output", step.output())
                .bind("started", stage.startedAt())
                .bind("finished", stage.finishedAt())
                .bind("study", id)
                .bind("stage", stage.name().wireName())
                .execute());
    }

    @Override
    public void end(UUID id, StudyState state, @Nullable String problem, Instant at) {
        jdbi.useHandle(handle -> handle.createUpdate("""
                        update study set state = :state, problem = :problem, finished_at = :at
                        where id = :id and state = 'running'
                        """)
                .bind("state", state.wireName())
                .bind("problem", problem)
                .bind("at", at)
                .bind("id", id)
                .execute());
    }

    @Override
    public void atomically(Runnable work) {
        jdbi.useTransaction(handle -> work.run());
    }

    private static StudyRun study(Handle handle, ResultSet row) throws SQLException {
        UUID id = row.getObject("id", UUID.class);
        Map<StageName, Step> steps = new EnumMap<>(StageName.class);
        handle.createQuery("select * from study_step where study = :study")
                .bind("study", id)
                .map((step, context) -> step(step))
                .forEach(step -> steps.put(step.stage().name(), step));
        return new StudyRun(
                id,
                Json.read(row.getString("submitted").getBytes(StandardCharsets.UTF_8), StudyOrder.class),
                StudyState.valueOf(row.getString("state").toUpperCase(java.util.Locale.ROOT)),
                steps,
                row.getString("problem"),
                row.getTimestamp("created_at").toInstant(),
                instant(row, "finished_at"));
    }

    private static Step step(ResultSet row) throws SQLException {
        return new Step(
                new Stage(
                        StageName.named(row.getString("stage")),
                        StageState.valueOf(row.getString("state").toUpperCase(java.util.Locale.ROOT)),
                        row.getLong("done"),
                        row.getLong("total"),
                        row.getString("unit"),
                        row.getString("note"),
                        instant(row, "started_at"),
                        instant(row, "finished_at")),
                row.getString("output"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        Timestamp timestamp = row.getTimestamp(column);
        return timestamp == null ? null : timestamp.toInstant();
    }
}

package io.concordance.interp.iti;

import io.concordance.contracts.json.Json;
import io.concordance.interp.iti.ItiRun.Progress;
import io.concordance.interp.iti.ItiRun.State;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/** Trials, and what each turn of them goes on from. */
@ApplicationScoped
class PostgresItiRuns {
    private static final String OPEN = "state not in ('completed', 'failed')";

    private final Jdbi jdbi;

    PostgresItiRuns(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    UUID add(ItiOrder order) {
        UUID id = UUID.randomUUID();
        jdbi.useHandle(handle -> handle.createUpdate("""
                        insert into inference_time_intervention (id, body, state, progress)
                        values (:id, cast(:body as json), :state, cast(:progress as json))
                        """)
                .bind("id", id)
                .bind("body", json(order))
                .bind("state", State.PROBING.text())
                .bind("progress", json(Progress.NONE))
                .execute());
        return id;
    }

    Optional<ItiRun> find(UUID id) {
        return jdbi.withHandle(handle -> handle.createQuery("select * from inference_time_intervention where id = :id")
                .bind("id", id)
                .map((row, context) -> run(row))
                .findOne());
    }

    /** Those that have not ended, oldest first. */
    List<UUID> open() {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select id from inference_time_intervention where " + OPEN + " order by created_at, id")
                .mapTo(UUID.class)
                .list());
    }

    void accepted(UUID id, int turn, String job) {
        jdbi.useHandle(handle -> handle.createUpdate(
                        "update inference_time_intervention set job = :job where id = :id and turn = :turn and " + OPEN)
                .bind("id", id)
                .bind("turn", turn)
                .bind("job", job)
                .execute());
    }

    /** From this turn to the next, or to the end. */
    void next(UUID id, int turn, State state, Progress progress) {
        jdbi.useHandle(handle -> handle.createUpdate("""
                        update inference_time_intervention
                        set state = :state, turn = :next, job = null, progress = cast(:progress as json),
                            finished_at = case when :state = 'completed' then now() end
                        where id = :id and turn = :turn and\s""" + OPEN)
                .bind("id", id)
                .bind("turn", turn)
                .bind("next", turn + 1)
                .bind("state", state.text())
                .bind("progress", json(progress))
                .execute());
    }

    void fail(UUID id, String problem) {
        jdbi.useHandle(handle -> handle.createUpdate("""
                        update inference_time_intervention set state = 'failed', problem = :problem, finished_at = now()
                        where id = :id and\s""" + OPEN)
                .bind("id", id)
                .bind("problem", problem)
                .execute());
    }

    private static ItiRun run(ResultSet row) throws SQLException {
        OffsetDateTime finished = row.getObject("finished_at", OffsetDateTime.class);
        return new ItiRun(
                row.getObject("id", UUID.class),
                read(row.getString("body"), ItiOrder.class),
                State.parse(row.getString("state")),
                row.getInt("turn"),
                row.getString("job"),
                read(row.getString("progress"), Progress.class),
                row.getString("problem"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                finished == null ? null : finished.toInstant());
    }

    private static String json(Object value) {
        return new String(Json.bytes(value), StandardCharsets.UTF_8);
    }

    private static <T> T read(String json, Class<T> type) {
        return Json.read(json.getBytes(StandardCharsets.UTF_8), type);
    }
}

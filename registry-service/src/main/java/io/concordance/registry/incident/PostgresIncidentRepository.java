package io.concordance.registry.incident;

import com.fasterxml.jackson.core.type.TypeReference;
import io.concordance.contracts.json.Json;
import io.concordance.registry.incident.Incident.Snapshot;
import io.concordance.registry.incident.Incident.State;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

@ApplicationScoped
class PostgresIncidentRepository implements IncidentRepository {
    private static final TypeReference<List<String>> STRINGS = new TypeReference<>() {};

    private final Jdbi jdbi;

    PostgresIncidentRepository(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    @Override
    public boolean add(Incident incident) {
        return jdbi.withHandle(handle -> handle.createUpdate("""
                                insert into incident (id, at, state, monitor, release, session, rules, evaluated, tokens, width,
                                                      replayable, object_key, sha256, bytes)
                                values (:id, :at, :state, :monitor, :release, :session, :rules, :evaluated, :tokens, :width,
                                        :replayable, :key, :sha256, :bytes)
                                on conflict do nothing
                                """)
                        .bind("id", incident.id())
                        .bind("at", incident.at())
                        .bind("state", incident.state().wire())
                        .bind("monitor", incident.monitor())
                        .bind("release", incident.release())
                        .bind("session", incident.session())
                        .bind("rules", json(incident.rules()))
                        .bind("evaluated", json(incident.evaluated()))
                        .bind("tokens", incident.tokens())
                        .bind("width", incident.width())
                        .bind("replayable", incident.replayable())
                        .bind("key", incident.snapshot().key())
                        .bind("sha256", incident.snapshot().sha256())
                        .bind("bytes", incident.snapshot().bytes())
                        .execute()
                == 1);
    }

    @Override
    public Optional<Incident> find(String id) {
        return find(id, "");
    }

    @Override
    public Optional<Incident> lock(String id) {
        return find(id, " for update");
    }

    private Optional<Incident> find(String id, String suffix) {
        return jdbi.withHandle(handle -> handle.createQuery("select * from incident where id = :id" + suffix)
                .bind("id", id)
                .map((row, context) -> incident(handle, row))
                .findOne());
    }

    @Override
    public void save(Incident incident) {
        jdbi.useHandle(handle -> handle.createUpdate("""
                        update incident
                        set state = :state, job = :job, attempts = :attempts, problem = :problem, replay = :replay
                        where id = :id
                        """)
                .bind("id", incident.id())
                .bind("state", incident.state().wire())
                .bind("job", incident.job())
                .bind("attempts", incident.attempts())
                .bind("problem", incident.problem())
                .bind("replay", incident.replay() == null ? null : json(incident.replay()))
                .execute());
    }

    @Override
    public Arm add(String incident, Arm arm) {
        return jdbi.inTransaction(handle -> {
            handle.createUpdate("""
                            insert into incident_arm (incident, transcripts, arm) values (:incident, :transcripts, :arm)
                            on conflict do nothing
                            """)
                    .bind("incident", incident)
                    .bind("transcripts", arm.transcripts())
                    .bind("arm", json(arm))
                    .execute();
            return arms(handle, incident).stream()
                    .filter(kept -> kept.transcripts().equals(arm.transcripts()))
                    .findFirst()
                    .orElseThrow();
        });
    }

    @Override
    public List<Incident> list(@Nullable State state, @Nullable String release, @Nullable String before, int limit) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select * from incident
                        where (cast(:state as text) is null or state = :state)
                            and (cast(:release as text) is null or release = :release)
                            and (cast(:before as text) is null
                                or number < (select number from incident where id = :before))
                        order by number desc limit :limit
                        """)
                .bind("state", state == null ? null : state.wire())
                .bind("release", release)
                .bind("before", before)
                .bind("limit", limit)
                .map((row, context) -> incident(handle, row))
                .list());
    }

    @Override
    public List<String> waiting(int limit) {
        return jdbi.withHandle(handle ->
                handle.createQuery("""
                        select id from incident
                        where state = 'open' and replayable and problem is null
                        order by number limit :limit
                        """).bind("limit", limit).mapTo(String.class).list());
    }

    private static Incident incident(Handle handle, ResultSet row) throws SQLException {
        String id = row.getString("id");
        String replay = row.getString("replay");
        return new Incident(
                id,
                row.getTimestamp("at").toInstant(),
                State.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
                row.getString("monitor"),
                row.getString("release"),
                row.getString("session"),
                strings(row.getString("rules")),
                strings(row.getString("evaluated")),
                row.getInt("tokens"),
                row.getInt("width"),
                row.getBoolean("replayable"),
                new Snapshot(row.getString("object_key"), row.getString("sha256"), row.getLong("bytes")),
                row.getString("job"),
                row.getInt("attempts"),
                row.getString("problem"),
                replay == null ? null : Json.read(replay.getBytes(StandardCharsets.UTF_8), Replay.class),
                arms(handle, id));
    }

    private static List<Arm> arms(Handle handle, String incident) {
        return handle.createQuery("select arm from incident_arm where incident = :incident order by number")
                .bind("incident", incident)
                .map((row, context) -> Json.read(row.getString("arm").getBytes(StandardCharsets.UTF_8), Arm.class))
                .list();
    }

    private static List<String> strings(String json) {
        try {
            return Json.mapper().readValue(json, STRINGS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String json(Object value) {
        return new String(Json.bytes(value), StandardCharsets.UTF_8);
    }
}

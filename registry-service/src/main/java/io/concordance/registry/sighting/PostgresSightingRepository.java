package io.concordance.registry.sighting;

import com.fasterxml.jackson.core.type.TypeReference;
import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.SightingReported;
import io.concordance.contracts.json.Json;
import io.concordance.kit.outbox.Outbox;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

@ApplicationScoped
class PostgresSightingRepository implements SightingRepository {
    private static final String SOURCE = "/concordance/registry";
    private static final TypeReference<Map<String, Long>> COUNTS = new TypeReference<>() {};

    private final Jdbi jdbi;
    private final Outbox outbox;
    private final Clock clock;

    PostgresSightingRepository(Jdbi jdbi, Outbox outbox, Clock clock) {
        this.jdbi = jdbi;
        this.outbox = outbox;
        this.clock = clock;
    }

    @Override
    public Sighting add(SightingReported report) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        return jdbi.inTransaction(handle -> {
            long id = handle.createUpdate("""
                            insert into sighting (at, monitor, release, sessions, fires, fires_by_rule, fires_by_feature, setting)
                            values (:at, :monitor, :release, :sessions, :fires, :firesByRule, :firesByFeature, :setting)
                            """)
                    .bind("at", now)
                    .bind("monitor", report.monitor())
                    .bind("release", report.release())
                    .bind("sessions", report.sessions())
                    .bind("fires", report.fires())
                    .bind("firesByRule", text(report.firesByRule()))
                    .bind("firesByFeature", report.firesByFeature() == null ? null : text(report.firesByFeature()))
                    .bind("setting", report.setting())
                    .executeAndReturnGeneratedKeys("id")
                    .mapTo(Long.class)
                    .one();
            outbox.add(handle, Event.of(SOURCE, report.release(), report));
            return new Sighting(id, now, report);
        });
    }

    @Override
    public List<Sighting> latest(@Nullable String release, long before, int limit) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select * from sighting
                        where id < :before and (cast(:release as text) is null or release = :release)
                        order by id desc limit :limit
                        """)
                .bind("before", before)
                .bind("release", release)
                .bind("limit", limit)
                .map((row, context) -> sighting(row))
                .list());
    }

    private static String text(Map<String, Long> counts) {
        return new String(Json.bytes(counts), StandardCharsets.UTF_8);
    }

    private static Sighting sighting(ResultSet row) throws SQLException {
        String byFeature = row.getString("fires_by_feature");
        try {
            return new Sighting(
                    row.getLong("id"),
                    row.getTimestamp("at").toInstant(),
                    new SightingReported(
                            row.getString("monitor"),
                            row.getString("release"),
                            row.getLong("sessions"),
                            row.getLong("fires"),
                            Json.mapper().readValue(row.getString("fires_by_rule"), COUNTS),
                            byFeature == null ? null : Json.mapper().readValue(byFeature, COUNTS),
                            row.getString("setting")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

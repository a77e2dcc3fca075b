package io.concordance.registry.sighting;

import io.concordance.contracts.json.Json;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

@ApplicationScoped
class PostgresExposureRepository implements ExposureRepository {
    private final Jdbi jdbi;

    PostgresExposureRepository(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    @Override
    public Map<String, Exposure> lock(String model, Map<String, Terms> terms, Instant now) {
        return jdbi.withHandle(handle -> {
            Map<String, Terms> ordered = new TreeMap<>(terms);
            PreparedBatch batch = handle.prepareBatch("""
                    insert into exposure (feature_uid, model, terms_digest, terms, since)
                    values (:feature, :model, :digest, :terms, :now)
                    on conflict (feature_uid, model, terms_digest) do nothing
                    """);
            ordered.forEach((feature, given) -> batch.bind("feature", feature)
                    .bind("model", model)
                    .bind("digest", given.digest())
                    .bind("terms", new String(Json.bytes(given), StandardCharsets.UTF_8))
                    .bind("now", now)
                    .add());
            batch.execute();
            Map<String, Exposure> found = new TreeMap<>();
            handle.createQuery("""
                            select * from exposure
                            where model = :model and (feature_uid, terms_digest) in
                                (select * from unnest(:features, :digests))
                            order by id for update
                            """)
                    .bind("model", model)
                    .bindArray("features", String.class, ordered.keySet().toArray())
                    .bindArray(
                            "digests",
                            String.class,
                            ordered.values().stream().map(Terms::digest).toArray())
                    .map((row, context) -> exposure(row))
                    .forEach(exposure -> found.put(exposure.feature(), exposure));
            return found;
        });
    }

    @Override
    public void save(List<Exposure> exposures) {
        jdbi.useHandle(handle -> {
            PreparedBatch batch = handle.prepareBatch("""
                    update exposure
                    set sessions = :sessions, fires = :fires, window_sessions = :windowSessions,
                        window_fires = :windowFires, log_likelihood_ratio = :ratio, failed = :failed
                    where id = :id
                    """);
            for (Exposure exposure : exposures) {
                ExposureClock clock = exposure.clock();
                batch.bind("sessions", clock.sessions())
                        .bind("fires", clock.fires())
                        .bind("windowSessions", clock.windowSessions())
                        .bind("windowFires", clock.windowFires())
                        .bind("ratio", clock.logLikelihoodRatio())
                        .bind(
                                "failed",
                                clock.failed() == null ? null : clock.failed().wire())
                        .bind("id", exposure.id())
                        .add();
            }
            batch.execute();
        });
    }

    @Override
    public List<Exposure> list(@Nullable String feature, @Nullable String model, long after, int limit) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select * from exposure
                        where id > :after and (cast(:feature as text) is null or feature_uid = :feature)
                            and (cast(:model as text) is null or model = :model)
                        order by id limit :limit
                        """)
                .bind("after", after)
                .bind("feature", feature)
                .bind("model", model)
                .bind("limit", limit)
                .map((row, context) -> exposure(row))
                .list());
    }

    private static Exposure exposure(ResultSet row) throws SQLException {
        String failed = row.getString("failed");
        return new Exposure(
                row.getLong("id"),
                row.getString("feature_uid"),
                row.getString("model"),
                Json.read(row.getString("terms").getBytes(StandardCharsets.UTF_8), Terms.class),
                row.getTimestamp("since").toInstant(),
                new ExposureClock(
                        row.getLong("sessions"),
                        row.getLong("fires"),
                        row.getLong("window_sessions"),
                        row.getLong("window_fires"),
                        row.getDouble("log_likelihood_ratio"),
                        failed == null ? null : HandfulRule.Test.valueOf(failed.toUpperCase(java.util.Locale.ROOT))));
    }
}

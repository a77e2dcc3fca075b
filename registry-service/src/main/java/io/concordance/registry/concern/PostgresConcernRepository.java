package io.concordance.registry.concern;

import com.fasterxml.jackson.core.type.TypeReference;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.release.ConcernLevel;
import io.concordance.registry.feature.Evidence;
import io.concordance.registry.feature.Grade;
import io.concordance.registry.feature.ReviewState;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

@ApplicationScoped
class PostgresConcernRepository implements ConcernRepository {
    private static final TypeReference<List<Evidence>> EVIDENCE = new TypeReference<>() {};
    private static final TypeReference<List<Requirement>> REQUIREMENTS = new TypeReference<>() {};
    private static final TypeReference<List<Reading>> READINGS = new TypeReference<>() {};

    private final Jdbi jdbi;

    PostgresConcernRepository(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    @Override
    public boolean lock(String featureUid) {
        return jdbi.withHandle(handle -> handle.createQuery("select uid from feature where uid = :uid for update")
                .bind("uid", featureUid)
                .mapTo(String.class)
                .findOne()
                .isPresent());
    }

    @Override
    public Optional<Concern> find(String featureUid) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select * from concern where feature_uid = :uid order by round desc limit 1")
                .bind("uid", featureUid)
                .map((row, context) -> concern(handle, row))
                .findOne());
    }

    private static Concern concern(Handle handle, ResultSet row) throws SQLException {
        Timestamp decided = row.getTimestamp("decided_at");
        String uid = row.getString("feature_uid");
        int round = row.getInt("round");
        return new Concern(
                uid,
                round,
                ConcernLevel.valueOf(row.getString("level").toUpperCase(Locale.ROOT)),
                row.getString("reason"),
                row.getString("proposed_by"),
                row.getString("strategy"),
                Grade.valueOf(row.getString("grade")),
                list(row.getString("evidence"), EVIDENCE),
                ReviewState.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
                row.getTimestamp("proposed_at").toInstant(),
                decided == null ? null : decided.toInstant(),
                reviews(handle, uid, round),
                list(row.getString("requirements"), REQUIREMENTS),
                list(row.getString("readings"), READINGS));
    }

    private static List<Review> reviews(Handle handle, String uid, int round) {
        return handle.createQuery("""
                        select * from review where feature_uid = :uid and round = :round
                        order by reviewed_at, reviewer
                        """)
                .bind("uid", uid)
                .bind("round", round)
                .map((row, context) -> new Review(
                        row.getString("reviewer"),
                        Verdict.valueOf(row.getString("verdict").toUpperCase(Locale.ROOT)),
                        row.getString("reason"),
                        row.getTimestamp("reviewed_at").toInstant()))
                .list();
    }

    @Override
    public void save(Concern concern) {
        jdbi.useTransaction(handle -> {
            handle.createUpdate("""
                            insert into concern (feature_uid, round, level, reason, proposed_by, strategy, grade, evidence,
                                                 state, proposed_at, decided_at, requirements, readings)
                            values (:uid, :round, :level, :reason, :by, :strategy, :grade, :evidence,
                                    :state, :proposedAt, :decidedAt, :requirements, :readings)
                            on conflict (feature_uid, round) do update
                            set state = excluded.state, decided_at = excluded.decided_at,
                                readings = excluded.readings
                            """)
                    .bind("uid", concern.featureUid())
                    .bind("round", concern.round())
                    .bind("level", concern.level().wire())
                    .bind("reason", concern.reason())
                    .bind("by", concern.by())
                    .bind("strategy", concern.strategy())
                    .bind("grade", concern.grade().name())
                    .bind("evidence", json(concern.evidence()))
                    .bind("state", concern.state().wire())
                    .bind("proposedAt", concern.proposedAt())
                    .bind("decidedAt", concern.decidedAt())
                    .bind("requirements", json(concern.requirements()))
                    .bind("readings", json(concern.readings()))
                    .execute();
            for (Review review : concern.reviews()) {
                handle.createUpdate("""
                                insert into review (feature_uid, round, reviewer, verdict, reason, reviewed_at)
                                values (:uid, :round, :by, :verdict, :reason, :at)
                                on conflict do nothing
                                """)
                        .bind("uid", concern.featureUid())
                        .bind("round", concern.round())
                        .bind("by", review.by())
                        .bind("verdict", review.verdict().name().toLowerCase(Locale.ROOT))
                        .bind("reason", review.reason())
                        .bind("at", review.at())
                        .execute();
            }
        });
    }

    private static String json(List<?> values) {
        return new String(Json.bytes(values), StandardCharsets.UTF_8);
    }

    private static <T> List<T> list(String json, TypeReference<List<T>> type) {
        try {
            return Json.mapper().readValue(json, type);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

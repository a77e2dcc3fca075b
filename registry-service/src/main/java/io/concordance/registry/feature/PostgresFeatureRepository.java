package io.concordance.registry.feature;

import io.concordance.contracts.problem.FieldProblem;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

@ApplicationScoped
class PostgresFeatureRepository implements FeatureRepository {
    private final Jdbi jdbi;

    PostgresFeatureRepository(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    @Override
    public Optional<Feature> find(String uid) {
        return jdbi.withHandle(handle -> handle.createQuery(PostgresFeatureRows.SELECT + " where f.uid = :uid")
                .bind("uid", uid)
                .map((row, context) -> PostgresFeatureRows.feature(row))
                .findOne()
                .map(feature -> feature.with(PostgresFeatureRows.evidence(handle, uid))));
    }

    @Override
    public List<Feature> list(FeatureQuery query, @Nullable String after, int limit) {
        Cursor cursor = Cursor.of(after);
        return jdbi.inTransaction(handle -> {
            Conditions conditions = Conditions.of(query);
            List<Feature> features = handle.createQuery(PostgresFeatureRows.SELECT
                            + " where (f.dictionary, f.feature_index) > (:afterDictionary, :afterIndex)"
                            + conditions.sql()
                            + " order by f.dictionary, f.feature_index limit :limit")
                    .bindMap(conditions.values())
                    .bind("afterDictionary", cursor.dictionary())
                    .bind("afterIndex", cursor.index())
                    .bind("limit", limit)
                    .map((row, context) -> PostgresFeatureRows.feature(row))
                    .list();
            return withEvidence(handle, features);
        });
    }

    private static List<Feature> withEvidence(Handle handle, List<Feature> features) {
        Map<String, List<Evidence>> evidence = new HashMap<>();
        handle.createQuery("select * from evidence where feature_uid = any(:uids) order by feature_uid, arm")
                .bindArray(
                        "uids",
                        String.class,
                        features.stream().map(Feature::uid).toList())
                .map((row, context) -> Map.entry(row.getString("feature_uid"), PostgresFeatureRows.evidence(row)))
                .forEach(entry -> evidence.computeIfAbsent(entry.getKey(), uid -> new ArrayList<>())
                        .add(entry.getValue()));
        return features.stream()
                .map(feature -> feature.with(evidence.getOrDefault(feature.uid(), List.of())))
                .toList();
    }

    @Override
    public Counts counts(String dictionary) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select count(discovered_at) as discovered,
                               count(explained_at) as explained,
                               count(*) filter (where exists (
                                   select 1 from evidence e where e.feature_uid = f.uid)) as attributed,
                               count(*) filter (where grade > 'E0') as associated
                        from feature f
                        where dictionary = :dictionary
                        """)
                .bind("dictionary", dictionary)
                .map((row, context) -> new Counts(
                        row.getInt("discovered"),
                        row.getInt("explained"),
                        row.getInt("attributed"),
                        row.getInt("associated")))
                .one());
    }

    /** What a query asks for, and nothing that it does not, so that the planner sees which index serves it. */
    private record Conditions(String sql, Map<String, Object> values) {
        static Conditions of(FeatureQuery query) {
            StringBuilder sql = new StringBuilder();
            Map<String, Object> values = new HashMap<>();
            if (query.dictionary() != null) {
                sql.append(" and f.dictionary = :dictionary");
                values.put("dictionary", query.dictionary());
            }
            if (query.grade() != null) {
                sql.append(" and f.grade >= :grade");
                values.put("grade", query.grade().name());
            }
            if (query.level() != null) {
                sql.append(" and c.level = :level");
                values.put("level", query.level().wire());
            }
            if (query.state() != null) {
                sql.append(" and coalesce(c.state, 'none') = :state");
                values.put("state", query.state().wire());
            }
            if (query.level() != null || (query.state() != null && query.state() != ReviewState.NONE)) {
                // Those few, looked up one by one: walking a dictionary to find them takes its whole size.
                sql.append(" and f.uid = any(array(select feature_uid from concern p where true")
                        .append(query.level() == null ? "" : " and p.level = :level")
                        .append(
                                query.state() == null || query.state() == ReviewState.NONE
                                        ? ""
                                        : " and p.state = :state")
                        .append("))");
            }
            return new Conditions(sql.toString(), values);
        }
    }

    /** Where a page starts: past this feature. */
    private record Cursor(String dictionary, int index) {
        static Cursor of(@Nullable String text) {
            if (text == null) {
                return new Cursor("", -1);
            }
            int colon = text.lastIndexOf(':');
            try {
                return new Cursor(text.substring(0, Math.max(0, colon)), Integer.parseInt(text.substring(colon + 1)));
            } catch (NumberFormatException e) {
                throw new FieldProblem("cursor", text, "a cursor that a listing returned");
            }
        }
    }
}

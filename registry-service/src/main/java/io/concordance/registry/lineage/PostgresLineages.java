package io.concordance.registry.lineage;

import io.concordance.registry.lineage.Lineage.Retirement;
import io.concordance.registry.lineage.Lineage.Step;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

@ApplicationScoped
class PostgresLineages implements LineageRepository {
    private static final String ANCESTORS = """
            with recursive line as (
                select f.*, 0 as depth from feature f where uid = :uid
                union all
                select f.*, line.depth + 1 from feature f join line on f.uid = line.earlier where line.depth < :most
            ) cycle uid set looped using path
            select * from line where depth > 0 and not looped order by depth desc
            """;
    private static final String DESCENDANTS = """
            with recursive line as (
                select f.*, 0 as depth from feature f where uid = :uid
                union all
                select f.*, line.depth + 1 from feature f join line on f.earlier = line.uid where line.depth < :most
            ) cycle uid set looped using path
            select * from line where depth > 0 and not looped order by depth, dictionary, feature_index limit :most
            """;

    private final Jdbi jdbi;

    PostgresLineages(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    @Override
    public Optional<Lineage> find(String uid) {
        return jdbi.inTransaction(handle -> handle.createQuery("select * from feature where uid = :uid")
                .bind("uid", uid)
                .map((row, context) -> step(row))
                .findOne()
                .map(self -> Lineage.of(
                        self, steps(handle, ANCESTORS, uid), steps(handle, DESCENDANTS, uid), retired(handle, uid))));
    }

    private static List<Step> steps(Handle handle, String query, String uid) {
        return handle.createQuery(query)
                .bind("uid", uid)
                .bind("most", MOST)
                .map((row, context) -> step(row))
                .list();
    }

    private static List<Retirement> retired(Handle handle, String uid) {
        return handle.createQuery("select * from retirement where feature_uid = :uid order by stated_at, successor")
                .bind("uid", uid)
                .map((row, context) -> new Retirement(
                        row.getString("successor"),
                        (Double) row.getObject("cosine"),
                        (Double) row.getObject("agreement"),
                        row.getTimestamp("stated_at").toInstant()))
                .list();
    }

    private static Step step(ResultSet row) throws SQLException {
        Timestamp at = row.getTimestamp("discovered_at");
        return new Step(
                row.getString("uid"),
                row.getString("dictionary"),
                row.getInt("feature_index"),
                row.getString("run_id"),
                row.getInt("generation"),
                row.getString("appeared_as"),
                row.getString("earlier"),
                (Double) row.getObject("cosine"),
                (Double) row.getObject("agreement"),
                at == null ? null : at.toInstant());
    }
}

package io.concordance.registry.page;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Jdbi;

@ApplicationScoped
class PostgresTallies implements Tallies {
    private final Jdbi jdbi;

    PostgresTallies(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    @Override
    public List<String> newest(int limit) {
        return jdbi.withHandle(handle ->
                handle.createQuery("""
                        select uid from feature where discovered_at is not null
                        order by discovered_at desc, dictionary, feature_index limit :limit
                        """).bind("limit", limit).mapTo(String.class).list());
    }

    @Override
    public List<String> ofConcern(int limit) {
        return jdbi.withHandle(handle ->
                handle.createQuery("""
                        select feature_uid
                        from (select distinct on (feature_uid) feature_uid, state, proposed_at
                              from concern order by feature_uid, round desc) latest
                        where state in ('proposed', 'approved')
                        order by state desc, proposed_at desc, feature_uid
                        limit :limit
                        """).bind("limit", limit).mapTo(String.class).list());
    }

    @Override
    public Map<String, Long> changes(String dictionary) {
        Map<String, Long> changes = new LinkedHashMap<>();
        jdbi.useHandle(handle -> handle.createQuery("""
                        select coalesce(change, 'not announced') as change, count(*) as features
                        from feature where dictionary = :dictionary
                        group by 1 order by 2 desc, 1
                        """)
                .bind("dictionary", dictionary)
                .map((row, context) -> Map.entry(row.getString("change"), row.getLong("features")))
                .forEach(entry -> changes.put(entry.getKey(), entry.getValue())));
        return changes;
    }

    @Override
    public List<ArmTally> arms(String dictionary) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select e.arm, min(e.arm_kind) as kind, count(*) as features,
                               max(cast(cast(e.screen as json) ->> 'badDocuments' as bigint)) as bad,
                               max(cast(cast(e.screen as json) ->> 'okDocuments' as bigint)) as ok,
                               count(*) filter (where cast(cast(e.screen as json) ->> 'q' as double precision) <= 0.05)
                                   as significant
                        from feature f join evidence e on e.feature_uid = f.uid
                        where f.dictionary = :dictionary
                        group by e.arm order by e.arm
                        """)
                .bind("dictionary", dictionary)
                .map((row, context) -> new ArmTally(
                        row.getString("arm"),
                        row.getString("kind"),
                        row.getLong("features"),
                        row.getLong("bad"),
                        row.getLong("ok"),
                        row.getLong("significant")))
                .list());
    }
}

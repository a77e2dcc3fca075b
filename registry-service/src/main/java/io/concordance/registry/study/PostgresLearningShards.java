package io.concordance.registry.study;

import io.concordance.contracts.event.ShardWritten;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/** The table {@code learning_shard}. */
@ApplicationScoped
class PostgresLearningShards implements LearningShards {
    /** Shards of each arm that are told. */
    private static final int FIRST = 8;

    private final Jdbi jdbi;

    PostgresLearningShards(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    @Override
    public void add(ShardWritten shard) {
        jdbi.useHandle(handle -> handle.createUpdate("""
                        insert into learning_shard (job, hook, slice, slices, part, parts, arm, object_key, sha256)
                        values (:job, :hook, :slice, :slices, :part, :parts, :arm, :key, :sha256)
                        on conflict do nothing
                        """)
                .bind("job", shard.jobId())
                .bind("hook", shard.hook())
                .bind("slice", shard.slice())
                .bind("slices", shard.slices())
                .bind("part", shard.part())
                .bind("parts", shard.parts())
                .bind("arm", shard.arm())
                .bind("key", shard.object().key())
                .bind("sha256", shard.object().sha256())
                .execute());
    }

    @Override
    public boolean complete(String job, String hook) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select count(*) > 0 and count(*) >= max(slices) and bool_and(known = parts) from (
                            select max(slices) as slices, max(parts) as parts, count(*) as known
                            from learning_shard where job = :job and hook = :hook group by slice) as by_slice
                        """)
                .bind("job", job)
                .bind("hook", hook)
                .map((row, context) -> row.getBoolean(1))
                .one());
    }

    @Override
    public List<OfArm> first(String job, String hook) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select arm, object_key, sha256 from (
                            select *, row_number() over (partition by arm order by slice, part) as place
                            from learning_shard where job = :job and hook = :hook) as placed
                        where place <= :first order by arm, slice, part
                        """)
                .bind("job", job)
                .bind("hook", hook)
                .bind("first", FIRST)
                .map((row, context) ->
                        new OfArm(row.getString("arm"), row.getString("object_key"), row.getString("sha256")))
                .list());
    }

    @Override
    public List<OfArm> all(String job, String hook) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select arm, object_key, sha256 from learning_shard where job = :job and hook = :hook
                        order by slice, part
                        """)
                .bind("job", job)
                .bind("hook", hook)
                .map((row, context) ->
                        new OfArm(row.getString("arm"), row.getString("object_key"), row.getString("sha256")))
                .list());
    }
}

package io.concordance.registry.study;

import io.concordance.contracts.event.ShardWritten;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/** The table {@code evaluation_shard}. */
@ApplicationScoped
class PostgresEvaluationShards implements EvaluationShards {
    private final Jdbi jdbi;

    PostgresEvaluationShards(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    @Override
    public void add(ShardWritten shard) {
        jdbi.useHandle(handle -> handle.createUpdate("""
                        insert into evaluation_shard (job, hook, slice, slices, part, parts, object_key, sha256)
                        values (:job, :hook, :slice, :slices, :part, :parts, :key, :sha256)
                        on conflict do nothing
                        """)
                .bind("job", shard.jobId())
                .bind("hook", shard.hook())
                .bind("slice", shard.slice())
                .bind("slices", shard.slices())
                .bind("part", shard.part())
                .bind("parts", shard.parts())
                .bind("key", shard.object().key())
                .bind("sha256", shard.object().sha256())
                .execute());
    }

    @Override
    public List<Located> of(String job, String hook) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select slice, slices, parts, object_key, sha256 from evaluation_shard
                        where job = :job and hook = :hook order by slice, part
                        """)
                .bind("job", job)
                .bind("hook", hook)
                .map((row, context) -> new Located(
                        row.getInt("slice"),
                        row.getInt("slices"),
                        row.getInt("parts"),
                        row.getString("object_key"),
                        row.getString("sha256")))
                .list());
    }
}

package io.concordance.interp.captured;

import io.concordance.contracts.event.CaptureJobAccepted;
import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.ObjectRef;
import io.concordance.contracts.event.ShardWritten;
import io.concordance.kit.inbox.Inbox;
import io.concordance.kit.store.StoredObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** Jobs and shards. Noting the same event again changes nothing. */
@ApplicationScoped
public class PostgresCaptured {
    private static final String LEARNING = "learning";

    private final Jdbi jdbi;
    private final Inbox inbox;

    PostgresCaptured(Jdbi jdbi, Inbox inbox) {
        this.jdbi = jdbi;
        this.inbox = inbox;
    }

    void note(Event<CaptureJobAccepted> event) {
        CaptureJobAccepted job = event.data();
        ObjectRef unembedding = job.unembedding();
        jdbi.useTransaction(handle -> {
            if (inbox.firstSeen(handle, event.source(), event.id())) {
                handle.createUpdate("""
                                insert into capture_job (id, model, model_digest, hooks, role, first_slices, slices, tokenizer_digest,
                                                         unembedding_key, unembedding_sha256, unembedding_bytes)
                                values (:id, :model, :digest, :hooks, :role, :slices, :slices, :tokenizer,
                                        :unembeddingKey, :unembeddingSha256, :unembeddingBytes)
                                on conflict (id) do update
                                set first_slices = least(capture_job.first_slices, excluded.first_slices),
                                    slices = greatest(capture_job.slices, excluded.slices)
                                """)
                        .bind("id", job.jobId())
                        .bind("model", job.model())
                        .bind("digest", job.modelDigest())
                        .bindArray("hooks", String.class, job.hooks())
                        .bind("role", job.role())
                        .bind("slices", job.slices())
                        .bind("tokenizer", job.tokenizerDigest())
                        .bind("unembeddingKey", unembedding == null ? null : unembedding.key())
                        .bind("unembeddingSha256", unembedding == null ? null : unembedding.sha256())
                        .bind("unembeddingBytes", unembedding == null ? null : (Long) unembedding.bytes())
                        .execute();
            }
        });
    }

    /** Shards of any role but learning are left alone. */
    void noteShard(Event<ShardWritten> event) {
        ShardWritten shard = event.data();
        if (!shard.role().equals(LEARNING)) {
            return;
        }
        jdbi.useTransaction(handle -> {
            if (inbox.firstSeen(handle, event.source(), event.id())) {
                handle.createUpdate("""
                                insert into shard (job, hook, slice, part, parts, object_key, sha256, bytes)
                                values (:job, :hook, :slice, :part, :parts, :key, :sha256, :bytes) on conflict do nothing
                                """)
                        .bind("job", shard.jobId())
                        .bind("hook", shard.hook())
                        .bind("slice", shard.slice())
                        .bind("part", shard.part())
                        .bind("parts", shard.parts())
                        .bind("key", shard.object().key())
                        .bind("sha256", shard.object().sha256())
                        .bind("bytes", shard.object().bytes())
                        .execute();
            }
        });
    }

    public Optional<CapturedJob> job(String id) {
        return jdbi.withHandle(handle -> handle.createQuery("select * from capture_job where id = :id")
                .bind("id", id)
                .map((row, context) -> new CapturedJob(
                        row.getString("id"),
                        row.getString("model"),
                        row.getString("model_digest"),
                        List.of((String[]) row.getArray("hooks").getArray()),
                        row.getString("role"),
                        row.getInt("first_slices"),
                        row.getInt("slices"),
                        row.getString("tokenizer_digest"),
                        row.getString("unembedding_key") == null
                                ? null
                                : new StoredObject(
                                        row.getString("unembedding_key"),
                                        row.getString("unembedding_sha256"),
                                        row.getLong("unembedding_bytes"))))
                .findOne());
    }

    /** Whether the job read inputs of a search for one that makes a feature fire. */
    public boolean elicited(String id) {
        return jdbi.withHandle(
                handle -> handle.createQuery("select exists(select 1 from elicitation_job where job = :id)")
                        .bind("id", id)
                        .mapTo(Boolean.class)
                        .one());
    }

    /** Shards of a job's slices {@code [first, slices)} at a hook, by slice and part. */
    public List<CapturedShard> shards(String job, String hook, int first, int slices) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select * from shard where job = :job and hook = :hook and slice >= :first and slice < :slices order by slice, part
                        """)
                .bind("job", job)
                .bind("hook", hook)
                .bind("first", first)
                .bind("slices", slices)
                .map((row, context) -> new CapturedShard(
                        row.getString("job"),
                        row.getString("hook"),
                        row.getInt("slice"),
                        row.getInt("part"),
                        row.getString("object_key"),
                        row.getString("sha256"),
                        row.getLong("bytes")))
                .list());
    }

    /** How many of a job's first slices have all their shards at a hook known. */
    public int sliceCount(String job, String hook, int slices) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select count(*) from (
                            select slice from shard where job = :job and hook = :hook and slice < :slices
                            group by slice having count(*) = max(parts)) as whole
                        """)
                .bind("job", job)
                .bind("hook", hook)
                .bind("slices", slices)
                .mapTo(Integer.class)
                .one());
    }
}

package io.concordance.interp.analysis;

import io.concordance.kit.store.StoredObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/** Where the evidence of analyses lies. The pointer moves only under the epoch of the newest claim. */
@ApplicationScoped
class PostgresEvidence {
    private final Jdbi jdbi;

    PostgresEvidence(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** Begins a new epoch; whoever worked under an older one can write nothing more. */
    long claim(UUID analysis) {
        return jdbi.withHandle(
                handle -> handle.createQuery("update analysis set epoch = epoch + 1 where id = :id returning epoch")
                        .bind("id", analysis)
                        .mapTo(Long.class)
                        .one());
    }

    Optional<EvidencePointer> pointer(UUID analysis) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select evidence_shards, evidence_lineage, evidence_key, evidence_sha256, evidence_bytes
                        from analysis where id = :id and evidence_key is not null
                        """)
                .bind("id", analysis)
                .map((row, context) -> new EvidencePointer(
                        row.getInt("evidence_shards"),
                        row.getString("evidence_lineage"),
                        new StoredObject(
                                row.getString("evidence_key"),
                                row.getString("evidence_sha256"),
                                row.getLong("evidence_bytes"))))
                .findOne());
    }

    /** Notes an object before it is written, so that none is left behind. */
    void note(UUID analysis, long epoch, String key) {
        jdbi.useHandle(handle -> handle.createUpdate("""
                        insert into evidence_object (key, analysis, epoch) values (:key, :id, :epoch)
                        on conflict do nothing
                        """)
                .bind("key", key)
                .bind("id", analysis)
                .bind("epoch", epoch)
                .execute());
    }

    /**
     * Moves the pointer, and with it the progress that is shown.
     *
     * @throws Fenced when a newer epoch has begun
     */
    void move(UUID analysis, long epoch, EvidencePointer to) {
        int moved = jdbi.withHandle(handle -> handle.createUpdate("""
                        update analysis
                        set evidence_shards = :shards, evidence_lineage = :lineage, evidence_key = :key,
                            evidence_sha256 = :sha256, evidence_bytes = :bytes, shards_done = :shards
                        where id = :id and epoch = :epoch and state = 'running'
                        """)
                .bind("id", analysis)
                .bind("epoch", epoch)
                .bind("shards", to.shards())
                .bind("lineage", to.lineage())
                .bind("key", to.object().key())
                .bind("sha256", to.object().sha256())
                .bind("bytes", to.object().bytes())
                .execute());
        if (moved != 1) {
            throw new Fenced(analysis, epoch);
        }
    }

    /** Objects of this and older epochs that the pointer does not name. */
    List<String> outdated(UUID analysis, long epoch) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select o.key from evidence_object o join analysis a on a.id = o.analysis
                        where o.analysis = :id and o.epoch <= :epoch and o.key is distinct from a.evidence_key
                        order by o.key
                        """)
                .bind("id", analysis)
                .bind("epoch", epoch)
                .mapTo(String.class)
                .list());
    }

    void forget(String key) {
        jdbi.useHandle(handle -> handle.execute("delete from evidence_object where key = ?", key));
    }
}

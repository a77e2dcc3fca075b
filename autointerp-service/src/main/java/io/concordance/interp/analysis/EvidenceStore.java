package io.concordance.interp.analysis;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.interp.captured.CapturedShard;
import io.concordance.interp.evidence.Evidence;
import io.concordance.interp.evidence.EvidenceFile;
import io.concordance.interp.evidence.EvidenceOptions;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.store.ObjectStoreException;
import io.concordance.kit.store.StoredObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Evidence as write-once objects {@code evidence/{analysis}/{shards, 8 digits}-{epoch}.bin}; which of them counts is the
 * pointer's business. Evidence that cannot be gone on with is left, and the pass begins again.
 */
@ApplicationScoped
class EvidenceStore {
    private static final Logger LOG = Logger.getLogger(EvidenceStore.class);

    private final ObjectStore store;
    private final PostgresEvidence rows;
    private final Path folder;

    EvidenceStore(ObjectStore store, PostgresEvidence rows, AnalysisConfig config) {
        this.store = store;
        this.rows = rows;
        this.folder = config.cacheDir().resolve("evidence");
    }

    long claim(UUID analysis) {
        return rows.claim(analysis);
    }

    /** What an earlier pass over the first of these shards left, or nothing. */
    Evidence resume(UUID analysis, List<CapturedShard> shards, EvidenceOptions options, int features) {
        Optional<EvidencePointer> pointer = rows.pointer(analysis);
        if (pointer.isEmpty()) {
            return new Evidence(options, features, folder);
        }
        EvidencePointer at = pointer.get();
        if (at.shards() > shards.size() || !Lineage.of(shards, at.shards()).equals(at.lineage())) {
            LOG.warnf("analysis %s: begins again, its evidence is of other shards", analysis);
            return new Evidence(options, features, folder);
        }
        Path file = null;
        try {
            file = store.fetch(at.object().key(), at.object().sha256(), folder);
            return EvidenceFile.read(file, options, features, folder);
        } catch (ObjectStoreException.Missing | ObjectStoreException.Corrupted | FieldProblem e) {
            LOG.warnf("analysis %s: begins again, %s", analysis, e.getMessage());
            return new Evidence(options, features, folder);
        } finally {
            delete(file);
        }
    }

    /**
     * Stores evidence and moves the pointer to it.
     *
     * @throws Fenced when a newer epoch has begun
     */
    void save(UUID analysis, long epoch, List<CapturedShard> shards, Evidence evidence) {
        String key = String.format(Locale.ROOT, "evidence/%s/%08d-%d.bin", analysis, evidence.shards(), epoch);
        rows.note(analysis, epoch, key);
        Path file = null;
        try {
            Files.createDirectories(folder);
            file = Files.createTempFile(folder, "write-", ".bin");
            EvidenceFile.write(evidence, file);
            StoredObject object = store.putIfAbsent(key, file, "application/octet-stream");
            rows.move(
                    analysis,
                    epoch,
                    new EvidencePointer(evidence.shards(), Lineage.of(shards, evidence.shards()), object));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            delete(file);
        }
        for (String old : rows.outdated(analysis, epoch)) {
            store.delete(old);
            rows.forget(old);
        }
    }

    private static void delete(@org.jspecify.annotations.Nullable Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

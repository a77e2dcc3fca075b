package io.concordance.trainer.dictionary;

import io.concordance.kit.store.ObjectStore;
import io.concordance.trainer.TrainerConfig;
import io.concordance.trainer.checkpoint.CheckpointStore;
import jakarta.enterprise.context.ApplicationScoped;
import org.jboss.logging.Logger;

/** What every training run needs around it. */
@ApplicationScoped
class TrainingParts {
    private static final Logger LOG = Logger.getLogger(TrainingParts.class);

    private final PostgresTrainingLease lease;
    private final CheckpointStore checkpoints;
    private final DictionaryExports exports;
    private final DictionaryPublisher publisher;
    private final PostgresQuarantine quarantine;
    private final ImportedFiles imports;
    private final TrainingGauges gauges;
    private final TrainerConfig config;
    private final ObjectStore store;

    TrainingParts(
            PostgresTrainingLease lease,
            CheckpointStore checkpoints,
            DictionaryExports exports,
            DictionaryPublisher publisher,
            PostgresQuarantine quarantine,
            ImportedFiles imports,
            TrainingGauges gauges,
            TrainerConfig config,
            ObjectStore store) {
        this.lease = lease;
        this.checkpoints = checkpoints;
        this.exports = exports;
        this.publisher = publisher;
        this.quarantine = quarantine;
        this.imports = imports;
        this.gauges = gauges;
        this.config = config;
        this.store = store;
    }

    PostgresTrainingLease lease() {
        return lease;
    }

    CheckpointStore checkpoints() {
        return checkpoints;
    }

    DictionaryExports exports() {
        return exports;
    }

    DictionaryPublisher publisher() {
        return publisher;
    }

    PostgresQuarantine quarantine() {
        return quarantine;
    }

    ImportedFiles imports() {
        return imports;
    }

    TrainingGauges gauges() {
        return gauges;
    }

    TrainerConfig config() {
        return config;
    }

    String bucket() {
        return store.bucket();
    }

    /** Removes checkpoint objects nobody will read again. What cannot be removed now is removed with the next sweep. */
    void sweep() {
        try {
            for (String key : lease.obsolete()) {
                checkpoints.delete(key);
                lease.forget(key);
            }
        } catch (RuntimeException e) {
            LOG.warnf("old checkpoints stay for now: %s", e.getMessage());
        }
    }
}

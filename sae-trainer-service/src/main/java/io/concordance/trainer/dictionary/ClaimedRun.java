package io.concordance.trainer.dictionary;

import io.concordance.kit.store.StoredObject;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A run held for training.
 *
 * @param epoch of the claim; whatever is written under an older one is refused
 * @param model of the first job
 * @param checkpoint where to go on, or null to start
 */
record ClaimedRun(
        UUID id,
        long epoch,
        String model,
        RunSpec spec,
        @Nullable StoredObject checkpoint) {}

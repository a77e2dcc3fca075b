package io.concordance.bench.resume;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.event.ObjectRef;
import io.concordance.contracts.tensor.SafetensorsFile;
import io.concordance.kit.store.ObjectStore;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a completed run ended with.
 *
 * @param tensors SHA-256 of every tensor: parameters, both moments, firing counters, what is left of the window, rows seen
 * @param counters every scalar, floating-point ones as their bits: step, threshold, shuffle position, sums of metrics
 * @param dictionary digest of the dictionary as published
 */
record FinalState(Map<String, String> tensors, Map<String, String> counters, String dictionary) {
    private static final long MAX_BYTES = 1L << 30;

    static FinalState read(ObjectStore store, ObjectRef checkpoint, String dictionary) {
        return of(store.get(checkpoint.key(), MAX_BYTES), dictionary);
    }

    /** @param checkpoint safetensors */
    static FinalState of(byte[] checkpoint, String dictionary) {
        try (SafetensorsFile file = SafetensorsFile.of(checkpoint)) {
            Map<String, String> tensors = new TreeMap<>();
            file.tensors().keySet().forEach(name -> tensors.put(name, Digests.sha256(file.data(name))));
            return new FinalState(tensors, new TreeMap<>(file.metadata()), dictionary);
        }
    }

    /** Tensors that are not the same here and there. */
    int tensorsUnlike(FinalState other) {
        return unlike(tensors, other.tensors);
    }

    /** Scalars that are not the same here and there. */
    int countersUnlike(FinalState other) {
        return unlike(counters, other.counters);
    }

    private static int unlike(Map<String, String> here, Map<String, String> there) {
        Set<String> names = new TreeSet<>(here.keySet());
        names.addAll(there.keySet());
        return (int) names.stream()
                .filter(name -> !Objects.equals(here.get(name), there.get(name)))
                .count();
    }
}

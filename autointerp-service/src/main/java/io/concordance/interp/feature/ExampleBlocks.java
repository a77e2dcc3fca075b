package io.concordance.interp.feature;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.json.Json;
import io.concordance.kit.store.ObjectStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/**
 * Examples in the object store: {@code examples/{analysis}/{block, 5 digits}-{first 16 digits of the digest}.json}, an
 * object from feature index to its examples for a run of features. The name follows from the bytes, so writing the same
 * analysis again writes the same objects.
 */
@ApplicationScoped
public class ExampleBlocks {
    /** Features in one object. */
    public static final int FEATURES = 32;

    private static final long MOST_BYTES = 256L << 20;
    private static final int DIGEST_DIGITS = 16;

    private final ObjectStore store;

    ExampleBlocks(ObjectStore store) {
        this.store = store;
    }

    /**
     * Stores the examples of consecutive features.
     *
     * @return the object's key
     */
    public String put(String analysis, int block, List<ReportedFeature> features) {
        TreeMap<Integer, FeatureExamples> byIndex = new TreeMap<>();
        features.forEach(f -> byIndex.put(f.report().index(), f.examples()));
        byte[] bytes = Json.bytes(byIndex);
        String digits = Digests.hex(Digests.sha256(bytes)).substring(0, DIGEST_DIGITS);
        String key = String.format(Locale.ROOT, "examples/%s/%05d-%s.json", analysis, block, digits);
        store.putIfAbsent(key, bytes, "application/json");
        return key;
    }

    /** The examples of one feature. */
    JsonNode get(PostgresFeatures.Examples where) {
        return Json.read(bytes(where.key()), JsonNode.class).path(Integer.toString(where.index()));
    }

    /** An object as it is. */
    byte[] bytes(String key) {
        return store.get(key, MOST_BYTES);
    }
}

package io.concordance.interp.feature;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.json.Json;
import io.concordance.interp.label.LabelMaterial;
import io.concordance.kit.store.ObjectStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/**
 * What language models are shown, in the object store:
 * {@code label-material/{analysis}/{block, 5 digits}-{first 16 digits of the digest}.json}, an object from feature index to its
 * {@link LabelMaterial} for the same runs of features as {@link ExampleBlocks}.
 */
@ApplicationScoped
public class LabelBlocks {
    private static final long MOST_BYTES = 256L << 20;
    private static final int DIGEST_DIGITS = 16;

    private final ObjectStore store;

    LabelBlocks(ObjectStore store) {
        this.store = store;
    }

    /**
     * Stores the material of consecutive features.
     *
     * @return the object's key
     */
    public String put(String analysis, int block, List<LabelMaterial> features) {
        TreeMap<Integer, LabelMaterial> byIndex = new TreeMap<>();
        features.forEach(f -> byIndex.put(f.index(), f));
        byte[] bytes = Json.bytes(byIndex);
        String digits = Digests.hex(Digests.sha256(bytes)).substring(0, DIGEST_DIGITS);
        String key = String.format(Locale.ROOT, "label-material/%s/%05d-%s.json", analysis, block, digits);
        store.putIfAbsent(key, bytes, "application/json");
        return key;
    }

    /** The material of one feature. */
    public LabelMaterial get(String key, int index) {
        JsonNode found = Json.read(store.get(key, MOST_BYTES), JsonNode.class).path(Integer.toString(index));
        return Json.read(Json.bytes(found), LabelMaterial.class);
    }
}

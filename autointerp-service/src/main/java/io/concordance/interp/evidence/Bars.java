package io.concordance.interp.evidence;

import io.concordance.contracts.transcript.DocumentSplit;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * For each feature the largest key with which an example could still be kept, as of some shard. Bars only fall from shard to
 * shard: whoever leaves out what lies above old ones leaves out too little and changes nothing.
 */
final class Bars {
    private final int features;
    private final Map<DocumentSplit, long[]> drawn = new EnumMap<>(DocumentSplit.class);
    private final Map<Arm, long[]> strongest = new HashMap<>();

    /** Everything could be kept. */
    Bars(int features, List<Arm> arms) {
        this.features = features;
        for (DocumentSplit split : DocumentSplit.values()) {
            drawn.put(split, open());
        }
        arms.forEach(arm -> strongest.put(arm, open()));
    }

    private long[] open() {
        long[] bars = new long[features];
        Arrays.fill(bars, Long.MAX_VALUE);
        return bars;
    }

    /** Of {@link Example#priority}, by feature. */
    long[] drawn(DocumentSplit split) {
        return Objects.requireNonNull(drawn.get(split));
    }

    /** Of {@link Example#strength} in an arm, by feature. */
    long[] strongest(Arm arm) {
        long @Nullable [] known = strongest.get(arm);
        return known == null ? open() : known;
    }
}

package io.concordance.interp.evidence;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Tokens of one split drawn uniformly, and further ones drawn from each stratum of token ids, so that even a rare token
 * has places where a feature stays silent on it. Mergeable in any order.
 */
public final class Background {
    private final EvidenceOptions options;
    private final Kept<BackgroundSite> uniform;
    private final Map<Integer, Kept<BackgroundSite>> strata = new HashMap<>();

    Background(EvidenceOptions options) {
        this.options = options;
        this.uniform = BackgroundSite.drawn(options.background());
    }

    /** Whether a token of this priority could still be kept, so that most are never built. */
    boolean wants(int token, long priority) {
        return uniform.wants(priority) || stratum(token).wants(priority);
    }

    private Kept<BackgroundSite> stratum(int token) {
        return strata.computeIfAbsent(
                Math.floorMod(token, options.strata()), k -> BackgroundSite.drawn(options.perStratum()));
    }

    void offer(BackgroundSite site) {
        uniform.offer(site);
        stratum(site.token()).offer(site);
    }

    void offerAll(Background other) {
        uniform.offerAll(other.uniform);
        other.strata.forEach((stratum, kept) -> {
            if (!kept.items().isEmpty()) {
                stratum(stratum).offerAll(kept);
            }
        });
    }

    void write(Wire.Out out, ExampleWire examples) {
        examples.writeSites(out, uniform.items());
        out.count(strata.size());
        for (Map.Entry<Integer, Kept<BackgroundSite>> stratum : new TreeMap<>(strata).entrySet()) {
            examples.writeSites(out, stratum.getValue().items());
        }
    }

    void read(Wire.In in, ExampleWire examples) {
        examples.readSites(in).forEach(uniform::offer);
        int count = in.count();
        for (int s = 0; s < count; s++) {
            examples.readSites(in).forEach(site -> stratum(site.token()).offer(site));
        }
    }

    /** Uniformly drawn tokens. */
    public List<BackgroundSite> uniform() {
        return List.copyOf(uniform.items());
    }

    /** Tokens kept for their stratum only, strata ascending. */
    public List<BackgroundSite> stratified() {
        Set<Place> seen = new HashSet<>();
        uniform.items().forEach(site -> seen.add(Place.of(site)));
        List<BackgroundSite> sites = new ArrayList<>();
        for (Kept<BackgroundSite> kept : new TreeMap<>(strata).values()) {
            for (BackgroundSite site : kept.items()) {
                if (seen.add(Place.of(site))) {
                    sites.add(site);
                }
            }
        }
        return sites;
    }

    private record Place(DocumentInfo.Identity document, int row) {
        static Place of(BackgroundSite site) {
            return new Place(site.document().info().identity(), site.row());
        }
    }
}

package io.concordance.registry.lineage;

import java.util.Optional;

/** Lineages. */
public interface LineageRepository {

    /** Most features of a lineage either way, the nearest ones. */
    int MOST = 1000;

    /** The lineage of a feature; empty when there is no such feature. */
    Optional<Lineage> find(String uid);
}

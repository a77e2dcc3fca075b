package io.concordance.registry.release;

import io.concordance.contracts.release.ReleaseManifest.Model;
import java.util.Optional;

/** Models whose files are known. */
interface ModelCardRepository {

    Optional<Model> find(String id);

    /** Adds a model; the same one again changes nothing. */
    void save(Model model);
}

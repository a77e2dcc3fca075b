package io.concordance.registry.concern;

import java.util.Optional;

/** Proposals and their reviews. */
interface ConcernRepository {

    /**
     * Makes other proposals and reviews of the feature wait until this transaction ends.
     *
     * @return whether there is such a feature
     */
    boolean lock(String featureUid);

    /** The latest proposal. */
    Optional<Concern> find(String featureUid);

    /** Adds or replaces the proposal of its round, with exactly its reviews. */
    void save(Concern concern);
}

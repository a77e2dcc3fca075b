package io.concordance.registry.study;

import io.concordance.registry.concern.Concern;
import io.concordance.registry.concern.ConcernService;
import io.concordance.registry.concern.Proposal;
import io.concordance.registry.concern.Review;
import java.util.Optional;

/** Proposals and reviews as a study makes them: the same door that people come through. */
interface Concerns {

    Optional<Concern> find(String featureUid);

    void propose(String featureUid, Proposal proposal);

    /** @param version {@link Concern#version} of what was reviewed */
    void review(String featureUid, Review review, String version);

    static Concerns of(ConcernService service) {
        return new Concerns() {
            @Override
            public Optional<Concern> find(String featureUid) {
                return service.find(featureUid);
            }

            @Override
            public void propose(String featureUid, Proposal proposal) {
                service.propose(featureUid, proposal);
            }

            @Override
            public void review(String featureUid, Review review, String version) {
                service.review(featureUid, review, version);
            }
        };
    }
}

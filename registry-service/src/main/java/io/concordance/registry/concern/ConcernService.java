package io.concordance.registry.concern;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Proposals and reviews. A level of concern is in force when one reviewer approved it, for {@code high} two; nobody
 * reviews what they proposed, or reviews twice. One rejection ends the proposal; the feature may be proposed again.
 */
@ApplicationScoped
public class ConcernService {

    /**
     * Features of grade E1 or higher that nobody has decided on, best first: by the lower bound of calibration recall,
     * then by the upper bound of the false-positive rate, then by AUROC, then by uid.
     *
     * @param dictionary digest, or null for all
     * @param armKind rank by arms of this kind only, or null for each feature's best arm
     */
    public List<Candidate> candidates(@Nullable String dictionary, @Nullable String armKind, int limit) {
        throw new UnsupportedOperationException();
    }

    /**
     * Proposes a level of concern. The same proposal while it is open changes nothing.
     *
     * @throws io.concordance.contracts.problem.FieldProblem when a part is missing
     */
    public Concern propose(String featureUid, Proposal proposal) {
        throw new UnsupportedOperationException();
    }

    /** Adds a review to the open proposal. */
    public Concern review(String featureUid, Review review) {
        throw new UnsupportedOperationException();
    }

    /** The latest proposal about a feature. */
    public Optional<Concern> find(String featureUid) {
        throw new UnsupportedOperationException();
    }
}

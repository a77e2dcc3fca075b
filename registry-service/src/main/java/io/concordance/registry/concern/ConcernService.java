package io.concordance.registry.concern;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.release.ConcernLevel;
import io.concordance.kit.problem.ProblemException;
import io.concordance.registry.audit.Audit;
import io.concordance.registry.feature.Feature;
import io.concordance.registry.feature.FeatureQuery;
import io.concordance.registry.feature.FeatureRepository;
import io.concordance.registry.feature.Grade;
import io.concordance.registry.feature.ReviewState;
import io.concordance.registry.sql.Transactions;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Proposals and reviews. A level of concern is in force when one reviewer approved it, for {@code high} two; nobody
 * reviews what they proposed, or reviews twice. One rejection ends the proposal; the feature may be proposed again.
 * Names are the same person whatever their case.
 */
@ApplicationScoped
public class ConcernService {
    private static final int PAGE = 500;

    private final FeatureRepository features;
    private final ConcernRepository concerns;
    private final Audit audit;
    private final Transactions transactions;
    private final Clock clock;

    ConcernService(
            FeatureRepository features,
            ConcernRepository concerns,
            Audit audit,
            Transactions transactions,
            Clock clock) {
        this.features = features;
        this.concerns = concerns;
        this.audit = audit;
        this.transactions = transactions;
        this.clock = clock;
    }

    /**
     * Features of grade E1 or higher with no open proposal and no approval, best first as {@link Ranking} says.
     *
     * @param dictionary digest, or null for all
     * @param armKind rank by arms of this kind only, or null for each feature's best arm
     */
    public List<Candidate> candidates(@Nullable String dictionary, @Nullable String armKind, int limit) {
        List<Feature> open = new ArrayList<>();
        FeatureQuery query = new FeatureQuery(dictionary, null, Grade.E1, null);
        List<Feature> page = features.list(query, null, PAGE);
        while (!page.isEmpty()) {
            page.stream()
                    .filter(feature -> feature.state() == ReviewState.NONE || feature.state() == ReviewState.REJECTED)
                    .forEach(open::add);
            page = features.list(query, FeatureRepository.cursor(page.getLast()), PAGE);
        }
        return Ranking.rank(open, armKind).stream().limit(limit).toList();
    }

    /**
     * Proposes a level of concern. The same proposal again changes nothing while it is open or approved.
     *
     * @throws FieldProblem when a part is missing
     * @throws ProblemException 404 for an unknown feature, 409 when another proposal is open or approved, 422 when there
     *     is no evidence, or too weak for {@code high}
     */
    public Concern propose(String featureUid, Proposal proposal) {
        Words.check(proposal);
        return transactions.inTransaction(() -> {
            Feature feature = locked(featureUid);
            Optional<Concern> latest = concerns.find(featureUid);
            if (latest.isPresent() && latest.get().state() != ReviewState.REJECTED) {
                return same(latest.get(), proposal);
            }
            requireEvidence(feature, proposal.level());
            Concern proposed = new Concern(
                    featureUid,
                    latest.map(Concern::round).orElse(0) + 1,
                    proposal.level(),
                    proposal.reason(),
                    proposal.by(),
                    proposal.strategy(),
                    feature.grade(),
                    feature.evidence(),
                    ReviewState.PROPOSED,
                    now(),
                    null,
                    List.of());
            concerns.save(proposed);
            audit.add(proposal.by(), "proposed", featureUid, proposal.reason(), latest.orElse(null), proposed);
            return proposed;
        });
    }

    /**
     * Adds a review to the open proposal.
     *
     * @throws FieldProblem when a part is missing or the reviewer proposed it
     * @throws ProblemException 404 for an unknown feature, 409 when no proposal is open or the reviewer spoke already
     */
    public Concern review(String featureUid, Review review) {
        Words.check(review);
        return transactions.inTransaction(() -> {
            locked(featureUid);
            Concern open = concerns.find(featureUid)
                    .filter(concern -> concern.state() == ReviewState.PROPOSED)
                    .orElseThrow(() ->
                            ProblemException.conflict("There is no open proposal for feature " + featureUid + "."));
            if (samePerson(open.by(), review.by())) {
                throw new FieldProblem("by", review.by(), "someone else than who proposed it");
            }
            if (open.reviews().stream().anyMatch(earlier -> samePerson(earlier.by(), review.by()))) {
                throw ProblemException.conflict(review.by() + " has reviewed this proposal already.");
            }
            Instant now = now();
            Concern reviewed = open.with(new Review(review.by(), review.verdict(), review.reason(), now), now);
            concerns.save(reviewed);
            audit.add(review.by(), "reviewed", featureUid, review.reason(), open, reviewed);
            return reviewed;
        });
    }

    /** The latest proposal about a feature. */
    public Optional<Concern> find(String featureUid) {
        return concerns.find(featureUid);
    }

    private Feature locked(String featureUid) {
        if (!concerns.lock(featureUid)) {
            throw ProblemException.notFound("feature", featureUid);
        }
        return features.find(featureUid).orElseThrow();
    }

    private static Concern same(Concern latest, Proposal proposal) {
        boolean same = latest.level() == proposal.level()
                && samePerson(latest.by(), proposal.by())
                && latest.reason().equals(proposal.reason())
                && Objects.equals(latest.strategy(), proposal.strategy());
        if (!same) {
            throw ProblemException.conflict("Feature " + latest.featureUid() + " is "
                    + latest.state().wire() + " as " + latest.level().wire() + " already.");
        }
        return latest;
    }

    private static void requireEvidence(Feature feature, ConcernLevel level) {
        if (feature.evidence().isEmpty()) {
            throw ProblemException.unprocessable("Feature " + feature.uid() + " has no evidence to rest a level on.");
        }
        if (level == ConcernLevel.HIGH && feature.grade() == Grade.E0) {
            throw ProblemException.unprocessable(
                    "Level high needs grade E1; the evidence of feature " + feature.uid() + " amounts to E0.");
        }
    }

    private static boolean samePerson(String a, String b) {
        return a.strip().toLowerCase(Locale.ROOT).equals(b.strip().toLowerCase(Locale.ROOT));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}

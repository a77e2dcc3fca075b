package io.concordance.registry.concern;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.release.ConcernLevel;
import io.concordance.contracts.study.ArmKind;
import io.concordance.kit.problem.ProblemException;
import io.concordance.registry.audit.Audit;
import io.concordance.registry.feature.Feature;
import io.concordance.registry.feature.FeatureQuery;
import io.concordance.registry.feature.FeatureRepository;
import io.concordance.registry.feature.Grade;
import io.concordance.registry.feature.Grading;
import io.concordance.registry.feature.ReviewState;
import io.concordance.registry.sql.Transactions;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Proposals and reviews. A level of concern is in force when one reviewer approved it, for {@code high} two; nobody
 * reviews what they proposed, or reviews twice. One rejection ends the proposal; the feature may be proposed again. The
 * approval that would put a level in force is refused while what the proposal requires has not been read.
 */
@ApplicationScoped
public class ConcernService {
    private static final int PAGE = 500;

    private final FeatureRepository features;
    private final ConcernRepository concerns;
    private final Readings readings;
    private final Interventions interventions;
    private final ConcernSettings settings;
    private final Audit audit;
    private final Transactions transactions;
    private final Clock clock;

    ConcernService(
            FeatureRepository features,
            ConcernRepository concerns,
            Readings readings,
            Interventions interventions,
            ConcernSettings settings,
            Audit audit,
            Transactions transactions,
            Clock clock) {
        this.features = features;
        this.concerns = concerns;
        this.readings = readings;
        this.interventions = interventions;
        this.settings = settings;
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
     * @throws io.concordance.registry.peer.PeerUnavailable when what it rests on cannot be looked up now
     */
    public Concern propose(String featureUid, Proposal given) {
        Words.check(given);
        Proposal proposal = requiring(given);
        return transactions.inTransaction(() -> {
            Feature feature = locked(featureUid);
            Optional<Concern> latest = concerns.find(featureUid);
            if (latest.isPresent() && latest.get().state() != ReviewState.REJECTED) {
                return same(latest.get(), proposal);
            }
            Concern proposed = proposed(feature, latest.map(Concern::round).orElse(0) + 1, proposal);
            concerns.save(proposed);
            audit.add(proposal.by(), "proposed", featureUid, proposal.reason(), latest.orElse(null), proposed);
            return proposed;
        });
    }

    /**
     * Puts another proposal in the place of an open one, by who made that. Reviews of the one before do not count for it.
     *
     * @param ifMatch the state it was made for
     * @throws FieldProblem when a part is missing or somebody else proposed it
     * @throws ProblemException 404 for an unknown feature, 409 when no proposal is open, 412 or 428 by {@code ifMatch}, 422 as
     *     {@link #propose} does
     */
    Concern amend(String featureUid, Proposal given, @Nullable IfMatch ifMatch) {
        Words.check(given);
        Proposal proposal = requiring(given);
        IfMatch expected = IfMatch.required(ifMatch, "A change of a proposal");
        return transactions.inTransaction(() -> {
            Feature feature = locked(featureUid);
            Concern open = open(featureUid);
            expected.require(open);
            if (!Persons.same(open.by(), proposal.by())) {
                throw new FieldProblem("by", proposal.by(), "who proposed it; others reject it and propose anew");
            }
            Concern amended = proposed(feature, open.round() + 1, proposal);
            concerns.save(amended);
            audit.add(proposal.by(), "amended", featureUid, proposal.reason(), open, amended);
            return amended;
        });
    }

    private Proposal requiring(Proposal proposal) {
        String intervention = proposal.intervention();
        return intervention == null ? proposal : proposal.requiring(interventions.readings(intervention));
    }

    /**
     * As {@link #review(String, Review, IfMatch)}.
     *
     * @param version {@link Concern#version} of what was reviewed
     */
    public Concern review(String featureUid, Review review, String version) {
        return review(featureUid, review, new IfMatch(List.of(version)));
    }

    /**
     * Adds a review to the open proposal.
     *
     * @param ifMatch the state that was reviewed; may be null for a feature's first proposal
     * @throws FieldProblem when a part is missing or the reviewer proposed it
     * @throws ProblemException 404 for an unknown feature, 409 when no proposal is open, the reviewer spoke already, or
     *     something is still to be read before the level may come into force; 412 or 428 by {@code ifMatch}
     * @throws io.concordance.registry.peer.PeerUnavailable when that cannot be found out now
     */
    Concern review(String featureUid, Review review, @Nullable IfMatch ifMatch) {
        Words.check(review);
        Optional<Concern> looked = review.verdict() == Verdict.APPROVE
                ? concerns.find(featureUid).filter(Concern::isOneShort)
                : Optional.empty();
        Optional<Promotion> promotion = looked.map(this::promotion);
        return transactions.inTransaction(() -> {
            locked(featureUid);
            Concern open = open(featureUid);
            (open.round() > 1
                            ? IfMatch.required(ifMatch, "A review of a proposal that replaces another")
                            : any(ifMatch))
                    .require(open);
            requireNewReviewer(open, review);
            if (review.verdict() == Verdict.APPROVE && open.isOneShort()) {
                requireRead(open, looked, promotion);
            }
            Instant now = now();
            Concern reviewed = open.with(
                    new Review(review.by(), review.verdict(), review.reason(), now),
                    now,
                    promotion.map(Promotion::readings).orElse(List.of()));
            concerns.save(reviewed);
            audit.add(review.by(), "reviewed", featureUid, review.reason(), open, reviewed);
            return reviewed;
        });
    }

    /**
     * Whether the level of the latest proposal may come into force.
     *
     * @throws ProblemException 404 without a proposal
     * @throws io.concordance.registry.peer.PeerUnavailable when it cannot be found out now
     */
    Promotion promotion(String featureUid) {
        return concerns.find(featureUid)
                .map(this::promotion)
                .orElseThrow(() -> ProblemException.notFound("proposal for feature", featureUid));
    }

    private Promotion promotion(Concern concern) {
        return Promotion.of(concern.level(), leastRead(concern.level()), readings.of(concern.requirements()));
    }

    private int leastRead(ConcernLevel level) {
        return switch (level) {
            case HIGH -> settings.leastRead().high();
            case MEDIUM -> settings.leastRead().medium();
            case LOW -> settings.leastRead().low();
        };
    }

    private static IfMatch any(@Nullable IfMatch ifMatch) {
        return ifMatch == null ? IfMatch.ANY : ifMatch;
    }

    private Concern open(String featureUid) {
        return concerns.find(featureUid)
                .filter(concern -> concern.state() == ReviewState.PROPOSED)
                .orElseThrow(
                        () -> ProblemException.conflict("There is no open proposal for feature " + featureUid + "."));
    }

    private static void requireNewReviewer(Concern open, Review review) {
        if (Persons.same(open.by(), review.by())) {
            throw new FieldProblem("by", review.by(), "someone else than who proposed it");
        }
        if (open.reviews().stream().anyMatch(earlier -> Persons.same(earlier.by(), review.by()))) {
            throw ProblemException.conflict(review.by() + " has reviewed this proposal already.");
        }
    }

    /** @param looked the state that {@code promotion} was found out for */
    private static void requireRead(Concern open, Optional<Concern> looked, Optional<Promotion> promotion) {
        if (looked.isEmpty() || promotion.isEmpty() || !looked.get().version().equals(open.version())) {
            throw ProblemException.conflict(
                    "The concern of feature " + open.featureUid() + " changed meanwhile; review it again.");
        }
        if (!promotion.get().open()) {
            throw ProblemException.conflict("The level cannot come into force yet: "
                    + String.join("; ", promotion.get().missing()) + ".");
        }
    }

    private Concern proposed(Feature feature, int round, Proposal proposal) {
        requireEvidence(feature, proposal.level());
        List<Requirement> requirements = proposal.requirements();
        return new Concern(
                feature.uid(),
                round,
                proposal.level(),
                proposal.reason(),
                proposal.by(),
                proposal.strategy(),
                feature.grade(),
                feature.evidence(),
                ReviewState.PROPOSED,
                now(),
                null,
                List.of(),
                requirements == null ? List.of() : requirements,
                List.of());
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
                && Persons.same(latest.by(), proposal.by())
                && latest.reason().equals(proposal.reason())
                && Objects.equals(latest.strategy(), proposal.strategy())
                && latest.requirements().equals(proposal.requirements() == null ? List.of() : proposal.requirements());
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
        if (level == ConcernLevel.HIGH
                && feature.evidence().stream()
                        .filter(Grading::associates)
                        .allMatch(evidence -> evidence.armKind().equals(ArmKind.ROLE_PLAY.wireName()))) {
            throw ProblemException.unprocessable("Level high needs grade E1 outside of role-play; feature "
                    + feature.uid() + " has it there alone, which allows level medium.");
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}

package io.concordance.registry.concern;

import io.concordance.contracts.event.FeatureAttributed.Calibration;
import io.concordance.contracts.event.FeatureAttributed.Screen;
import io.concordance.contracts.release.ConcernLevel;
import io.concordance.registry.audit.NotedTrail;
import io.concordance.registry.feature.Evidence;
import io.concordance.registry.feature.Feature;
import io.concordance.registry.feature.FeatureQuery;
import io.concordance.registry.feature.FeatureRepository;
import io.concordance.registry.feature.Grading;
import io.concordance.registry.feature.ReviewState;
import io.concordance.registry.sql.NoTransactions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Proposals and reviews in memory, of a feature with evidence of association and one without. */
final class Desk {
    static final String STRONG = "f_strong";
    static final String WEAK = "f_weak";
    /** As strong, but in role-play alone. */
    static final String PLAYED = "f_played";

    static final String TRIAL = "t-1";
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    final Map<String, Concern> latest = new HashMap<>();
    final NotedTrail trail = new NotedTrail();
    Function<List<Requirement>, List<Reading>> readings = required ->
            required.stream().map(r -> Reading.missing(r, "nobody read")).toList();
    int leastReadForHigh;

    final ConcernService service = new ConcernService(
            new Features(),
            new Concerns(),
            required -> readings.apply(required),
            this::tried,
            new Settings(),
            trail,
            new NoTransactions(),
            Clock.fixed(NOW, ZoneOffset.UTC));

    /** The readings of the one trial there is. */
    private List<Requirement> tried(String id) {
        return TriedInterventions.readings(
                id,
                id.equals(TRIAL)
                        ? new TriedInterventions.Trial(
                                "completed", new TriedInterventions.Queue("j-9", List.of("base", "iti"), 50))
                        : new TriedInterventions.Trial("sweeping", null));
    }

    Concern propose(String uid, ConcernLevel level, String by, Requirement... requirements) {
        return service.propose(uid, proposal(level, by, requirements));
    }

    static Proposal proposal(ConcernLevel level, String by, Requirement... requirements) {
        return new Proposal(level, "it fires before the act", by, "off-policy", List.of(requirements));
    }

    Concern approve(String uid, String by) {
        return approve(uid, by, null);
    }

    Concern approve(String uid, String by, @Nullable String ifMatch) {
        return service.review(uid, new Review(by, Verdict.APPROVE, "read it"), IfMatch.parse(ifMatch));
    }

    private static Feature feature(String uid, String armKind, int caught) {
        List<Evidence> evidence = List.of(new Evidence(
                armKind,
                armKind,
                new Screen(30, 600, 28, 4, 5.1, 4.0, 6.2, 0.97, 0.93, 0.99, 1e-9, 1e-7),
                new Calibration(0.5, 400, 0, 20, caught)));
        return new Feature(uid, "sha256:d", 1, null, null, evidence, Grading.grade(evidence), ReviewState.NONE, null);
    }

    private static final class Features implements FeatureRepository {
        @Override
        public Optional<Feature> find(String uid) {
            return switch (uid) {
                case STRONG -> Optional.of(feature(uid, "off-policy", 18));
                case WEAK -> Optional.of(feature(uid, "off-policy", 0));
                case PLAYED -> Optional.of(feature(uid, "role-play", 18));
                default -> Optional.empty();
            };
        }

        @Override
        public List<Feature> list(FeatureQuery query, @Nullable String after, int limit) {
            return List.of();
        }

        @Override
        public Counts counts(String dictionary) {
            return new Counts(0, 0, 0, 0);
        }
    }

    private final class Concerns implements ConcernRepository {
        @Override
        public boolean lock(String featureUid) {
            return List.of(STRONG, WEAK, PLAYED).contains(featureUid);
        }

        @Override
        public Optional<Concern> find(String featureUid) {
            return Optional.ofNullable(latest.get(featureUid));
        }

        @Override
        public void save(Concern concern) {
            latest.put(concern.featureUid(), concern);
        }
    }

    private final class Settings implements ConcernSettings {
        @Override
        public LeastRead leastRead() {
            return new LeastRead() {
                @Override
                public int high() {
                    return leastReadForHigh;
                }

                @Override
                public int medium() {
                    return 0;
                }

                @Override
                public int low() {
                    return 0;
                }
            };
        }
    }
}

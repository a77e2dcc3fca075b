package io.concordance.registry.study.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.contracts.event.FeatureAttributed.Ablation;
import io.concordance.contracts.event.FeatureAttributed.Calibration;
import io.concordance.contracts.event.FeatureAttributed.Screen;
import io.concordance.registry.feature.Evidence;
import io.concordance.registry.feature.Feature;
import io.concordance.registry.feature.Grade;
import io.concordance.registry.feature.ReviewState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class CandidateRuleTest {
    private static final CandidateRule RULE = new CandidateRule(0.01);

    @Test
    void aFeatureThatCatchesTheMostBadDocumentsComesFirst() {
        List<Candidate> found = RULE.ofKind(
                "off-policy",
                List.of(feature(1, "off-policy", 50, 100, 0, 200), feature(2, "off-policy", 90, 100, 0, 200)),
                evidence -> true);

        assertThat(found).extracting(Candidate::index).containsExactly(2, 1);
    }

    @Test
    void oneThatFiresOnTooManyOkDocumentsIsNoCandidate() {
        assertThat(RULE.ofKind("off-policy", List.of(feature(1, "off-policy", 90, 100, 3, 200)), evidence -> true))
                .isEmpty();
        assertThat(RULE.ofKind("off-policy", List.of(feature(1, "off-policy", 90, 100, 2, 200)), evidence -> true))
                .hasSize(1);
    }

    @Test
    void oneThatMissesFourOfFiveBadDocumentsIsNoCandidate() {
        assertThat(RULE.ofKind("off-policy", List.of(feature(1, "off-policy", 19, 100, 0, 200)), evidence -> true))
                .isEmpty();
        assertThat(RULE.ofKind("off-policy", List.of(feature(1, "off-policy", 20, 100, 0, 200)), evidence -> true))
                .hasSize(1);
    }

    @Test
    void anArmWithoutBadOutcomesNominatesNobody() {
        assertThat(RULE.ofKind("benign", List.of(feature(1, "benign", 0, 0, 0, 200)), evidence -> true))
                .isEmpty();
    }

    @Test
    void evidenceThatDoesNotHoldNominatesNobody() {
        assertThat(RULE.ofKind("off-policy", List.of(feature(1, "off-policy", 90, 100, 0, 200)), evidence -> false))
                .isEmpty();
    }

    @Test
    void ofTwoThatCatchTheSameTheOneWhoseRemovalChangesTheOutcomeComesFirst() {
        Feature idle = feature(1, "off-policy", 90, 100, 0, 200);
        Feature doubtful = removed(feature(2, "off-policy", 90, 100, 0, 200), -0.1);
        Feature confirmed = removed(feature(3, "off-policy", 90, 100, 0, 200), 1.5);

        assertThat(RULE.ofKind("off-policy", List.of(idle, doubtful, confirmed), evidence -> true))
                .extracting(Candidate::index)
                .containsExactly(3, 1, 2);
    }

    private static Feature removed(Feature feature, double low) {
        Evidence found = feature.evidence().getFirst();
        Ablation ablation = new Ablation(List.of(feature.index()), 40, low + 1, low, low + 2, 1, null, null);
        return new Feature(
                feature.uid(),
                feature.dictionary(),
                feature.index(),
                feature.origin(),
                feature.explanation(),
                List.of(new Evidence(
                        found.arm(), found.armKind(), found.screen(), found.calibration(), null, ablation)),
                feature.grade(),
                feature.state(),
                feature.level());
    }

    @Test
    void theBestOfAllStrategiesNamesEachFeatureOnce() {
        List<Candidate> offPolicy =
                RULE.ofKind("off-policy", List.of(feature(1, "off-policy", 60, 100, 0, 200)), evidence -> true);
        List<Candidate> base =
                RULE.ofKind("base-model", List.of(feature(1, "base-model", 80, 100, 0, 200)), evidence -> true);
        List<Candidate> all = new ArrayList<>(offPolicy);
        all.addAll(base);

        List<Candidate> best = CandidateRule.best(all);

        assertThat(best).singleElement().extracting(Candidate::armKind).isEqualTo("base-model");
    }

    @RepeatedTest(50)
    void choosesAsAPlainReadingOfTheRuleWould() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        List<Feature> features = new ArrayList<>();
        for (int index = 0; index < 40; index++) {
            int bad = random.nextInt(30);
            int ok = 1 + random.nextInt(300);
            features.add(feature(
                    index,
                    random.nextBoolean() ? "off-policy" : "base-model",
                    bad == 0 ? 0 : random.nextInt(bad + 1),
                    bad,
                    random.nextInt(4) == 0 ? random.nextInt(Math.min(5, ok)) : 0,
                    ok));
        }

        List<Candidate> found = RULE.ofKind("off-policy", features, CandidateRuleTest::even);

        List<Integer> plain = features.stream()
                .filter(feature -> feature.evidence().getFirst().armKind().equals("off-policy"))
                .filter(feature -> even(feature.evidence().getFirst()))
                .filter(feature -> {
                    Calibration c = feature.evidence().getFirst().calibration();
                    return c.badDocuments() > 0
                            && 5 * c.badExceeding() >= c.badDocuments()
                            && 100 * c.okExceeding() <= c.okDocuments();
                })
                .sorted(Comparator.<Feature>comparingDouble(feature -> {
                            Calibration c = feature.evidence().getFirst().calibration();
                            return -(double) c.badExceeding() / c.badDocuments();
                        })
                        .thenComparing(feature ->
                                feature.evidence().getFirst().calibration().okExceeding())
                        .thenComparing(feature ->
                                -feature.evidence().getFirst().screen().auroc())
                        .thenComparing(Feature::index))
                .limit(3)
                .map(Feature::index)
                .toList();
        assertThat(found).extracting(Candidate::index).isEqualTo(plain);
    }

    private static boolean even(Evidence evidence) {
        return evidence.calibration().okDocuments() % 2 == 0;
    }

    private static Feature feature(int index, String kind, int badExceeding, int bad, int okExceeding, int ok) {
        Screen screen = new Screen(bad, ok, badExceeding, okExceeding, 1, 0.5, 1.5, 0.9, 0.8, 1, 0.001, 0.01);
        Evidence evidence = new Evidence(kind, kind, screen, new Calibration(1.5, ok, okExceeding, bad, badExceeding));
        return new Feature(
                "f_" + index,
                "sha256:d",
                index,
                new Feature.Origin("run", "m", "blocks.2.hook_resid_post", "new", 0.1, 1000),
                null,
                List.of(evidence),
                Grade.E1,
                ReviewState.NONE,
                null);
    }
}

package io.concordance.interp.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.interp.evidence.Evidence;
import io.concordance.interp.evidence.EvidenceOptions;
import io.concordance.interp.evidence.EvidencePass;
import io.concordance.interp.evidence.Scope;
import io.concordance.interp.planted.Planted;
import io.concordance.interp.planted.Planted.Doc;
import io.concordance.interp.planted.Planted.Slice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutcomeScreenTest {
    private static final int FEATURES = 32;
    private static final int PLANTED = 5;
    private static final int OUTPUT_ONLY = 6;

    @TempDir
    Path folder;

    /** Documents of six tokens, the last two written by the model. */
    private static List<Doc> documents(String prefix, int count, Outcome outcome) {
        List<Doc> documents = new ArrayList<>();
        for (int d = 0; d < count; d++) {
            documents.add(new Doc(prefix + d, outcome, new int[] {1, 2, 3, 4, 5, 6}, 4));
        }
        return documents;
    }

    private Evidence evidence(long seed, boolean planted) throws Exception {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        List<Doc> off = documents("bad", 120, Outcome.BAD);
        off.addAll(documents("ok", 120, Outcome.OK));
        List<Slice> shards = new ArrayList<>(Planted.write(
                folder,
                "job",
                "benign",
                "benign",
                "learning",
                FEATURES,
                50,
                documents("benign", 400, Outcome.OK),
                (d, r) -> noise(random)));
        shards.addAll(Planted.write(
                folder, "off", "off-policy", "off-policy", "learning", FEATURES, 50, off, (d, r) -> {
                    float[] x = noise(random);
                    if (planted && d.outcome() == Outcome.BAD) {
                        x[PLANTED] = r == 2 ? 5 + random.nextFloat() : 0;
                        x[OUTPUT_ONLY] = r == 5 ? 6 : 0;
                    }
                    return x;
                }));
        return new EvidencePass(dictionary(), EvidenceOptions.defaults(seed), 2).run(shards, n -> {});
    }

    private static Dictionary dictionary() {
        return Planted.identity(FEATURES, 0.5f);
    }

    /** Every feature fires on about one row in fifty, whatever the outcome. */
    private static float[] noise(RandomGenerator random) {
        float[] x = new float[FEATURES];
        for (int j = 0; j < FEATURES; j++) {
            x[j] = random.nextInt(50) == 0 ? 1 + random.nextFloat() : 0;
        }
        return x;
    }

    private static List<Attribution> ranked(List<Attribution> all, Scope scope) {
        return all.stream()
                .filter(a -> a.scope() == scope)
                .sorted(Comparator.comparingDouble((Attribution a) -> a.screen().q())
                        .thenComparingDouble(a -> -a.screen().auroc()))
                .toList();
    }

    @Test
    void thePlantedFeatureRanksFirstAndItsThresholdSeparates() throws Exception {
        List<Attribution> all = new OutcomeScreen(dictionary(), evidence(1, true)).run();
        Attribution first = ranked(all, Scope.BEFORE_OUTPUT).getFirst();
        assertThat(first.feature()).isEqualTo(PLANTED);
        assertThat(first.arm().name()).isEqualTo("off-policy");
        assertThat(first.firedOnBad()).isEqualTo(120);
        assertThat(first.screen().q()).isLessThan(1e-6);
        assertThat(first.screen().auroc()).isEqualTo(1);
        assertThat(first.screen().logOddsLow()).isGreaterThan(2);
        // Half way between noise, below 2, and the planted activations, from 5.
        assertThat(first.calibration().threshold()).isBetween(3.0, 4.2);
        assertThat(first.calibration().okExceeding()).isLessThan(4);
        assertThat(first.calibration().badExceeding())
                .isEqualTo(first.calibration().badDocuments());
        assertThat(first.heldOut().badExceeding()).isEqualTo(first.heldOut().badDocuments());
    }

    @Test
    void aFeatureOfTheModelsOwnTokensCountsForTheDocumentButNotBeforeTheOutput() throws Exception {
        List<Attribution> all = new OutcomeScreen(dictionary(), evidence(2, true)).run();
        Map<Scope, Double> q = all.stream()
                .filter(a -> a.feature() == OUTPUT_ONLY)
                .collect(Collectors.toMap(Attribution::scope, a -> a.screen().q()));
        assertThat(q.get(Scope.WHOLE)).isLessThan(1e-6);
        assertThat(q.getOrDefault(Scope.BEFORE_OUTPUT, 1.0)).isGreaterThan(0.05);
    }

    @Test
    void splitsOfScreenThresholdAndCheckShareNoDocument() throws Exception {
        Evidence evidence = evidence(3, true);
        Attribution planted = ranked(new OutcomeScreen(dictionary(), evidence).run(), Scope.WHOLE)
                .getFirst();
        int bad = planted.screen().badDocuments()
                + planted.calibration().badDocuments()
                + planted.heldOut().badDocuments();
        int ok = planted.screen().okDocuments()
                + planted.calibration().okDocuments()
                + planted.heldOut().okDocuments();
        assertThat(bad).isEqualTo(120);
        assertThat(ok).isEqualTo(520);
    }

    @Test
    void anArmWithoutBadOutcomesHasNoAttributions() throws Exception {
        List<Attribution> all = new OutcomeScreen(dictionary(), evidence(4, true)).run();
        assertThat(all).extracting(a -> a.arm().name()).containsOnly("off-policy");
    }

    /** With nothing planted, P(any discovery) is at most the level; 60 seeds at 0.05 exceed 9 with probability 0.1 %. */
    @Test
    void nullFeaturesAreRarelyDiscovered() throws Exception {
        int runs = 60;
        Map<Scope, Integer> withDiscovery = new EnumMap<>(Scope.class);
        for (long seed = 100; seed < 100 + runs; seed++) {
            List<Attribution> all = new OutcomeScreen(dictionary(), evidence(seed, false)).run();
            for (Scope scope : Scope.values()) {
                boolean any =
                        ranked(all, scope).stream().anyMatch(a -> a.screen().q() <= 0.05);
                withDiscovery.merge(scope, any ? 1 : 0, Integer::sum);
            }
        }
        assertThat(withDiscovery.values())
                .as("of %d seeds from 100", runs)
                .allSatisfy(count -> assertThat(count).isLessThanOrEqualTo(9));
    }

    /**
     * Labels drawn anew over documents that differ much from each other, so that features are far from independent. Every
     * discovery is false then; 100 shuffles at 0.05 have one in more than 12 of them with probability 0.1 %.
     */
    @Test
    void shuffledLabelsAreRarelyDiscoveries() throws Exception {
        int shuffles = 100;
        Map<Scope, Integer> withDiscovery = new EnumMap<>(Scope.class);
        for (long seed = 1; seed <= shuffles; seed++) {
            RandomGenerator random =
                    RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
            List<Doc> documents = new ArrayList<>();
            for (int d = 0; d < 160; d++) {
                Outcome outcome = random.nextInt(3) == 0 ? Outcome.BAD : Outcome.OK;
                documents.add(new Doc("d" + d, outcome, new int[] {1, 2, 3}, random.nextInt(4)));
            }
            List<Slice> shards = Planted.write(
                    folder, "off", "off", "off-policy", "learning", FEATURES, 160, documents, (document, r) -> {
                        boolean loud = document.id().hashCode() % 3 == 0;
                        float[] x = noise(random);
                        for (int j = 0; j < FEATURES / 2 && loud; j++) {
                            x[j] += random.nextInt(2);
                        }
                        return x;
                    });
            Evidence evidence = new EvidencePass(dictionary(), EvidenceOptions.defaults(seed), 1).run(shards, n -> {});
            List<Attribution> all = new OutcomeScreen(dictionary(), evidence).run();
            for (Scope scope : Scope.values()) {
                boolean any =
                        ranked(all, scope).stream().anyMatch(a -> a.screen().q() <= 0.05);
                withDiscovery.merge(scope, any ? 1 : 0, Integer::sum);
            }
        }
        assertThat(withDiscovery.values())
                .as("of %d shuffles from 1: %s", shuffles, withDiscovery)
                .allSatisfy(count -> assertThat(count).isLessThanOrEqualTo(12));
    }
}

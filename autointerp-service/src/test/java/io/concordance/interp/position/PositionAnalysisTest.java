package io.concordance.interp.position;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.interp.evidence.Evidence;
import io.concordance.interp.evidence.EvidenceOptions;
import io.concordance.interp.evidence.EvidencePass;
import io.concordance.interp.planted.Planted;
import io.concordance.interp.planted.Planted.Doc;
import io.concordance.interp.planted.Planted.Slice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PositionAnalysisTest {
    private static final int VOCABULARY = 60;
    private static final int DOCUMENTS = 330;

    @TempDir
    Path folder;

    /** Whether a feature fires on a row of a document; {@code topic} is a number that the whole document shares. */
    private interface Plant {
        boolean fires(int token, int position, int topic, boolean burst, RandomGenerator random);
    }

    private List<PositionFinding> findings(long seed, List<Plant> plants) throws Exception {
        System.out.println("seed " + seed);
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        List<Doc> documents = new ArrayList<>();
        for (int d = 0; d < DOCUMENTS; d++) {
            int[] tokens = new int[d % 3 == 0 ? 20 + random.nextInt(60) : 128];
            for (int r = 0; r < tokens.length; r++) {
                double u = random.nextDouble();
                tokens[r] = r == 0 ? 0 : 1 + (int) (u * u * (VOCABULARY - 1));
            }
            documents.add(Doc.ok("d" + d, tokens));
        }
        int width = plants.size();
        boolean[] burst = new boolean[width];
        List<Slice> shards =
                Planted.write(folder, "job-" + seed, "benign", "benign", "learning", width, 50, documents, (d, r) -> {
                    float[] x = new float[width];
                    int topic = d.id().hashCode() >>> 3 & 7;
                    for (int j = 0; j < width; j++) {
                        burst[j] = r > 0 && (burst[j] ? random.nextInt(6) > 0 : random.nextInt(60) == 0);
                        boolean fires = plants.get(j).fires(d.tokens()[r], r, topic, burst[j], random);
                        x[j] = fires ? 1 + 0.3f * random.nextFloat() : 0;
                    }
                    return x;
                });
        Evidence evidence =
                new EvidencePass(Planted.identity(width, 0.5f), EvidenceOptions.defaults(seed), 2).run(shards, n -> {});
        for (int j = 0; j < width; j++) {
            assertThat(evidence.features().get(j).firings())
                    .as("firings of " + j)
                    .isGreaterThanOrEqualTo(300);
        }
        return new PositionAnalysis(evidence).run();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void plantedFeaturesOfAllThreeKindsAreTold(long seed) throws Exception {
        List<Plant> positional = List.of(
                (token, position, topic, burst, random) -> position == 0,
                (token, position, topic, burst, random) -> position == 7 || position == 8,
                (token, position, topic, burst, random) -> position < 16 && random.nextInt(10) > 0,
                (token, position, topic, burst, random) -> position >= 96,
                (token, position, topic, burst, random) -> position % 2 == 1);
        List<Plant> semantic = List.of(
                (token, position, topic, burst, random) -> token == 3,
                (token, position, topic, burst, random) -> token == 5 || token == 9,
                (token, position, topic, burst, random) -> burst,
                (token, position, topic, burst, random) -> topic == 2 && random.nextInt(4) == 0,
                (token, position, topic, burst, random) -> token == 2 && random.nextInt(2) == 0);
        List<Plant> mixed = List.of(
                (token, position, topic, burst, random) -> token == 1 && position < 32,
                (token, position, topic, burst, random) -> token == 2 && position >= 48,
                (token, position, topic, burst, random) -> (token == 1 || token == 4) && position < 24);
        List<Plant> all = new ArrayList<>(positional);
        all.addAll(semantic);
        all.addAll(mixed);
        List<PositionFinding> findings = findings(seed, all);
        for (int j = 0; j < all.size(); j++) {
            Positioning expected = j < positional.size()
                    ? Positioning.POSITIONAL
                    : j < positional.size() + semantic.size() ? Positioning.SEMANTIC : Positioning.MIXED;
            assertThat(findings.get(j).positioning())
                    .as("feature " + j + ": " + findings.get(j))
                    .isEqualTo(expected);
        }
        PositionFinding local = findings.get(positional.size() + semantic.size());
        assertThat(local.all().omega2()).isLessThan(0.1);
        assertThat(local.withinTokens()).isGreaterThan(0.8);
    }

    @Test
    void featuresThatHaveNothingToDoWithPositionAreRarelyCalledPositional() throws Exception {
        List<Plant> nulls = new ArrayList<>();
        for (int j = 0; j < 300; j++) {
            int which = j;
            nulls.add((token, position, topic, burst, random) -> switch (which % 3) {
                case 0 -> position > 0 && random.nextInt(40) == 0;
                case 1 -> burst && token > 0;
                default -> token % 20 == 1 + which % 17 && random.nextInt(3) > 0;
            });
        }
        List<PositionFinding> findings = findings(4, nulls);
        long wrong = findings.stream()
                .filter(f -> f.positioning() == Positioning.POSITIONAL || f.positioning() == Positioning.MIXED)
                .count();
        double small = findings.stream().filter(f -> f.p() <= 0.05).count() / 300.0;
        System.out.printf("of 300 null features %d are called positional or mixed; p <= 0.05 in %.3f%n", wrong, small);
        assertThat(wrong).isLessThanOrEqualTo(15);
        assertThat(small).isLessThan(0.1);
    }

    @Test
    void aFeatureThatFiredSeldomIsNotJudged() throws Exception {
        Evidence evidence = new EvidencePass(Planted.identity(2, 0.5f), EvidenceOptions.defaults(1), 1)
                .run(
                        Planted.write(
                                folder,
                                "job",
                                "benign",
                                "benign",
                                "learning",
                                2,
                                10,
                                List.of(Doc.ok("a", 1, 2, 3), Doc.ok("b", 1, 2, 3)),
                                (d, r) -> new float[] {r == 1 ? 1 : 0, 0}),
                        n -> {});
        assertThat(new PositionAnalysis(evidence).run())
                .extracting(PositionFinding::positioning)
                .containsOnly(Positioning.INSUFFICIENT);
    }
}

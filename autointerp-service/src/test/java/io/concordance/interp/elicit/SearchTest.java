package io.concordance.interp.elicit;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.json.Json;
import io.concordance.interp.elicit.Elicitation.Budget;
import io.concordance.interp.evidence.Evidence;
import io.concordance.interp.evidence.EvidenceOptions;
import io.concordance.interp.evidence.EvidencePass;
import io.concordance.interp.feature.Elicited;
import io.concordance.interp.feature.FeatureReport;
import io.concordance.interp.feature.FeatureReport.NeighbourReport;
import io.concordance.interp.feature.FeatureReport.PositionReport;
import io.concordance.interp.feature.FeatureReport.Splits;
import io.concordance.interp.planted.Planted;
import io.concordance.interp.planted.Planted.Doc;
import io.concordance.interp.planted.Planted.Slice;
import io.concordance.interp.vocabulary.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Searches over planted evidence, "captured" by planting the same features again. */
class SearchTest {
    private static final long SEED = 5;
    private static final int BEGIN = 0;
    private static final int WORDS = 120;
    private static final int FIRST = 31;
    private static final int SECOND = 77;
    private static final int OFTEN = 1;
    private static final Dictionary DICTIONARY = Planted.identity(3, 0.9f);
    private static final int TOGETHER = 0;
    private static final int NEVER = 1;
    private static final int NEIGHBOUR = 2;

    @TempDir
    private Path folder;

    private Evidence evidence;
    private int captures;

    /** One word a token, and one of its own in front. */
    private static final class Words implements Tokenizer {
        @Override
        public int lead() {
            return 1;
        }

        @Override
        public String of(int token) {
            return token + " ";
        }

        @Override
        public int[] tokens(String text) {
            return Arrays.stream(text.strip().split(" "))
                    .mapToInt(Integer::parseInt)
                    .toArray();
        }
    }

    /** A word of each kind gives half of what the first feature needs, wherever they stand; the second one cannot fire. */
    private static float[] row(Doc document, int row) {
        boolean first = false;
        boolean second = false;
        for (int r = 0; r <= row; r++) {
            first |= document.tokens()[r] == FIRST;
            second |= document.tokens()[r] == SECOND;
        }
        return new float[] {
            row == 0 ? 0.8f : (first ? 0.5f : 0) + (second ? 0.5f : 0),
            row == 0 ? 0 : 0.001f * document.tokens()[row],
            document.tokens()[row] == OFTEN ? 1 : 0
        };
    }

    @BeforeEach
    void gather() throws InterruptedException {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
        List<Doc> documents = new ArrayList<>();
        for (int d = 0; d < 200; d++) {
            int[] tokens = IntStream.range(0, 30)
                    .map(t -> t == 0 ? BEGIN : 1 + random.nextInt(WORDS))
                    .map(token -> token == FIRST ? SECOND : token)
                    .toArray();
            tokens[4] = d % 3 == 0 ? FIRST : OFTEN;
            documents.add(Doc.ok("d" + d, d % 3 == 0 ? without(tokens) : tokens));
        }
        evidence = new EvidencePass(DICTIONARY, EvidenceOptions.defaults(SEED), 2)
                .run(capture("observed", documents), n -> {});
        assertThat(evidence.features().get(TOGETHER).firings()).isZero();
        assertThat(evidence.features().get(NEIGHBOUR).firings()).isPositive();
    }

    private static int[] without(int[] tokens) {
        return Arrays.stream(tokens).map(t -> t == SECOND ? OFTEN : t).toArray();
    }

    private List<Slice> capture(String job, List<Doc> documents) {
        return Planted.write(
                folder, job, "any", "benign", "learning", DICTIONARY.width(), 500, documents, SearchTest::row);
    }

    private static FeatureReport silent(int index) {
        Splits.Share none = new Splits.Share(0, 0);
        return new FeatureReport(
                "f_" + index,
                "sha256:d",
                "a",
                "r",
                "m",
                "h",
                index,
                0,
                0,
                0,
                DICTIONARY.threshold()[index],
                0,
                null,
                new Splits(0, none, none, none),
                List.of(),
                new PositionReport("insufficient", 0, 0, 0, 0, 0, 0, 1, 1, 0, List.of(), null, null),
                List.of(),
                null,
                List.of(new NeighbourReport("f_2", NEIGHBOUR, 0.5)),
                null);
    }

    /** Runs it to its end; every round goes through what is stored of it. */
    private Search.All run(Budget budget, long seed) {
        Words words = new Words();
        Search.All plan = new SearchPlanner(evidence, 1).plan(List.of(silent(TOGETHER), silent(NEVER)));
        Proposals first = new Proposals(words, plan, budget, seed, 0);
        Search.All all = new Search.All(
                plan.texts(),
                plan.searches().stream()
                        .map(s -> first.with(s, new int[0], List.of()))
                        .toList());
        for (int round = 1; !all.ended(); round++) {
            all = Json.read(Json.bytes(all), Search.All.class);
            List<Doc> documents = new ArrayList<>();
            for (Search search : all.searches()) {
                for (int c = 0; c < search.candidates().size(); c++) {
                    int[] tokens = IntStream.concat(
                                    IntStream.of(BEGIN),
                                    IntStream.of(words.tokens(
                                            search.candidates().get(c).text())))
                            .toArray();
                    documents.add(Doc.ok(search.document(c), tokens));
                }
            }
            SearchReadings readings = new SearchReadings(all, DICTIONARY, 1);
            capture("round-" + captures++, documents).forEach(slice -> readings.read(slice.file()));
            all = readings.after(all, "job", seed, round, words, new Proposals(words, all, budget, seed, round));
        }
        return all;
    }

    private static Elicited best(Search.All all, int search) {
        return Objects.requireNonNull(all.searches().get(search).best());
    }

    @Test
    void findsAnInputThatNoTextIsLike() {
        Elicited found = best(run(new Budget(400_000, 24), SEED), TOGETHER);

        assertThat(found.fired()).isTrue();
        assertThat(found.best()).isEqualTo(1);
        assertThat(found.share()).isGreaterThan(1);
        assertThat(Arrays.stream(found.ids()).boxed().collect(Collectors.toSet()))
                .contains(FIRST, SECOND);
        assertThat(found.tokens().get(found.peak()).strip()).isIn(FIRST + "", SECOND + "");
        assertThat(found.preActivations()[found.peak()]).isEqualTo(1);
        assertThat(found.rounds()).isGreaterThan(1);
    }

    @Test
    void saysHowCloseItCameWithoutSpendingMoreThanItMay() {
        Search.All all = run(new Budget(30_000, 24), SEED);

        assertThat(all.searches()).allSatisfy(s -> assertThat(s.forwardTokens()).isLessThanOrEqualTo(30_000));
        Elicited closest = best(all, NEVER);
        assertThat(closest.fired()).isFalse();
        assertThat(closest.best()).isEqualTo(0.001 * WORDS, org.assertj.core.api.Assertions.within(1e-6));
        assertThat(closest.share()).isEqualTo(closest.best() / closest.threshold());
        assertThat(closest.tried()).isEqualTo(all.searches().get(NEVER).tried()).isGreaterThan(500);
        assertThat(run(new Budget(400_000, 3), SEED).searches().get(NEVER).best())
                .extracting(Elicited::rounds)
                .isEqualTo(3);
    }

    @Test
    void theSameSeedFindsTheSame() {
        Budget budget = new Budget(100_000, 8);

        byte[] once = Json.bytes(run(budget, SEED));

        assertThat(Json.bytes(run(budget, SEED))).isEqualTo(once);
        assertThat(Json.bytes(run(budget, SEED + 1))).isNotEqualTo(once);
    }
}

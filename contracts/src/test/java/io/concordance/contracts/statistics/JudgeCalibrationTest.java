package io.concordance.contracts.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.statistics.PrioritySample.Chosen;
import io.concordance.contracts.statistics.PrioritySample.Entry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JudgeCalibrationTest {
    private static final long SEED = 20_240_611;
    private static final int RUNS = 500;
    private static final int ITEMS = 2000;
    private static final double OVERSAMPLED = 4;

    /** What is true of an item, what two judges said; null where a verdict could not be read. */
    private record Item(boolean truth, @Nullable Boolean judge, boolean other) {}

    /** One run of everything: items, verdicts, a queue that favours disagreement, labels, correction. */
    private static CorrectedRate[] run(Random random, double rate, double se, double sp) {
        List<Entry<Item>> entries = new ArrayList<>();
        long positive = 0;
        long unreadable = 0;
        for (int i = 0; i < ITEMS; i++) {
            boolean truth = random.nextDouble() < rate;
            @Nullable Boolean judge = random.nextInt(50) == 0 ? null : (Boolean) verdict(random, truth, se, sp);
            boolean other = verdict(random, truth, 0.9, 0.9);
            boolean split = judge == null || judge != other;
            positive += judge != null && judge ? 1 : 0;
            unreadable += judge == null ? 1 : 0;
            entries.add(new Entry<>(new Item(truth, judge, other), split ? OVERSAMPLED : 1, 1 - random.nextDouble()));
        }
        List<Entry<Item>> queue = PrioritySample.order(entries);
        Set<Item> done = Collections.newSetFromMap(new IdentityHashMap<>());
        int yes = 0;
        int no = 0;
        for (Entry<Item> entry : queue) {
            if (yes >= 110 && no >= 110 && done.size() >= 400) {
                break;
            }
            done.add(entry.item());
            if (entry.item().judge() != null) {
                yes += entry.item().truth() ? 1 : 0;
                no += entry.item().truth() ? 0 : 1;
            }
        }
        List<JudgedPair> pairs = PrioritySample.chosen(entries, done::contains).stream()
                .map(c -> new JudgedPair(c.item().judge(), c.item().truth(), c.weight()))
                .toList();
        JudgeCalibration calibration = JudgeCalibration.of(pairs);
        return new CorrectedRate[] {
            calibration.roganGladen(positive, ITEMS - unreadable),
            calibration.predictionPowered(positive, unreadable, ITEMS)
        };
    }

    private static boolean verdict(Random random, boolean truth, double se, double sp) {
        return truth ? random.nextDouble() < se : random.nextDouble() >= sp;
    }

    /** Held for all runs together and for the first hundred of them. */
    @ParameterizedTest
    @CsvSource({
        "0.30, 0.95, 0.85",
        "0.10, 0.90, 0.95",
        "0.50, 0.80, 0.70",
        "0.65, 0.95, 0.70",
        "0.08, 0.99, 0.99",
        "0.90, 0.85, 0.95"
    })
    void theIntervalCoversTheTruth(double rate, double se, double sp) {
        Random random = new Random(SEED);
        int[] covered = new int[2];
        int[] firstHundred = new int[2];
        double[] sum = new double[2];
        double[] width = new double[2];
        for (int r = 0; r < RUNS; r++) {
            CorrectedRate[] corrected = run(random, rate, se, sp);
            for (int m = 0; m < 2; m++) {
                boolean hit = corrected[m].low() <= rate && rate <= corrected[m].high();
                covered[m] += hit ? 1 : 0;
                firstHundred[m] += hit && r < 100 ? 1 : 0;
                sum[m] += corrected[m].value();
                width[m] += corrected[m].high() - corrected[m].low();
            }
        }
        String what =
                "seed %d, rate %.2f, se %.2f, sp %.2f: covered %s of %d, %s of the first 100, mean %.4f %.4f, width %.4f %.4f"
                        .formatted(
                                SEED,
                                rate,
                                se,
                                sp,
                                Arrays.toString(covered),
                                RUNS,
                                Arrays.toString(firstHundred),
                                sum[0] / RUNS,
                                sum[1] / RUNS,
                                width[0] / RUNS,
                                width[1] / RUNS);
        System.out.println(what);
        for (int m = 0; m < 2; m++) {
            assertThat(covered[m]).as(what).isGreaterThanOrEqualTo(RUNS * 93 / 100);
            assertThat(firstHundred[m]).as(what).isGreaterThanOrEqualTo(93);
            assertThat(sum[m] / RUNS).as(what).isCloseTo(rate, within(0.01));
        }
    }

    @Test
    void weightsUndoTheOversampling() {
        Random random = new Random(SEED);
        double sum = 0;
        for (int r = 0; r < 2000; r++) {
            List<Entry<Boolean>> entries = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                boolean rare = i < 40;
                entries.add(new Entry<>(rare, rare ? 5 : 1, 1 - random.nextDouble()));
            }
            Set<Integer> first = new HashSet<>();
            List<Chosen<Boolean>> chosen =
                    PrioritySample.chosen(entries, item -> first.add(first.size()) && first.size() <= 50);
            sum += chosen.stream()
                    .filter(Chosen::item)
                    .mapToDouble(Chosen::weight)
                    .sum();
        }
        assertThat(sum / 2000).as("seed " + SEED).isCloseTo(40, within(0.7));
    }

    @Test
    void aJudgesWordAloneIsNoRate() {
        List<JudgedPair> few = new ArrayList<>(Collections.nCopies(99, new JudgedPair(true, true, 1)));
        few.addAll(Collections.nCopies(500, new JudgedPair(false, false, 1)));

        assertThatThrownBy(() -> JudgeCalibration.of(few).roganGladen(10, 100))
                .isInstanceOf(FieldProblem.class)
                .hasMessageContaining("99 positive");
        assertThatThrownBy(() -> JudgeCalibration.of(few).predictionPowered(10, 0, 100))
                .isInstanceOf(FieldProblem.class);
        assertThat(CorrectedRate.class.getConstructors()).isEmpty();
        few.add(new JudgedPair(null, true, 1));
        assertThat(JudgeCalibration.of(few).shortfall()).contains("99 positive");
        few.add(new JudgedPair(true, true, 1));
        CorrectedRate rate = JudgeCalibration.of(few).roganGladen(10, 100);
        assertThat(new String(Json.bytes(rate), StandardCharsets.UTF_8)).contains("\"method\":\"rogan-gladen\"");
    }

    @Test
    void aJudgeThatGuessesCorrectsNothing() {
        List<JudgedPair> guesses = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            guesses.add(new JudgedPair(i % 2 == 0, i < 200, 1));
        }
        assertThatThrownBy(() -> JudgeCalibration.of(guesses).roganGladen(50, 100))
                .hasMessageContaining("better than chance");
    }

    /** Rogan and Gladen's formula by hand: (0.65 + 0.85 - 1) / (0.95 + 0.85 - 1) = 0.625. */
    @Test
    void theFormulaIsTheirs() {
        List<JudgedPair> pairs = new ArrayList<>();
        pairs.addAll(Collections.nCopies(190, new JudgedPair(true, true, 1)));
        pairs.addAll(Collections.nCopies(10, new JudgedPair(false, true, 1)));
        pairs.addAll(Collections.nCopies(170, new JudgedPair(false, false, 1)));
        pairs.addAll(Collections.nCopies(30, new JudgedPair(true, false, 1)));
        CorrectedRate rate = JudgeCalibration.of(pairs).roganGladen(650, 1000);
        assertThat(rate.value()).isEqualTo(0.625, within(1e-12));
        assertThat(rate.low()).isBetween(0.54, 0.58);
        assertThat(rate.high()).isBetween(0.67, 0.71);
    }

    @Test
    void kappaIsAgreementBeyondChance() {
        boolean[] first = new boolean[100];
        boolean[] second = new boolean[100];
        double[] weights = new double[100];
        Arrays.fill(weights, 1);
        for (int i = 0; i < 100; i++) {
            first[i] = i < 25 || i >= 85;
            second[i] = i < 20 || i >= 85 || i >= 25 && i < 35;
        }
        // 85 of 100 agree; both say yes to 40 and 45: pe = .4 x .45 + .6 x .55 = .51
        Kappa kappa = Kappa.of(first, second, weights);
        assertThat(kappa.value()).isEqualTo((0.85 - 0.51) / 0.49, within(1e-12));
        assertThat(kappa.low()).isLessThan(0.6);
        assertThat(Kappa.of(new boolean[] {true}, new boolean[] {true}, new double[] {1})
                        .value())
                .isNaN();
    }
}

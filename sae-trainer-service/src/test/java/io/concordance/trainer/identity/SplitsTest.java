package io.concordance.trainer.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryInfo;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/**
 * Features planted in random orthogonal directions, one of them the sum of two causes; whatever a later dictionary does
 * with the others, it is split where each cause has a feature of its own, and not otherwise.
 */
class SplitsTest {
    private static final int WIDTH = 48;
    private static final int N = 24;
    private static final int ROWS = 600;
    private static final double RATE = 0.1;

    private long seed;
    private Random random;
    private float[][] axes;
    /** The feature of two causes, the spare places, and a feature that has nothing to do with them. */
    private int whole;

    private int spare;
    private int another;
    private int bystander;
    private float[] rows;
    private BitSet alive;
    private float[][] before;
    private float[][] after;
    private BitSet aliveAfter;

    @BeforeEach
    void plant(RepetitionInfo repetition) {
        seed = repetition.getCurrentRepetition();
        random = new Random(seed);
        axes = orthogonal();
        List<Integer> places = random.ints(0, N).distinct().limit(4).boxed().toList();
        whole = places.get(0);
        spare = places.get(1);
        another = places.get(2);
        bystander = places.get(3);
        alive = new BitSet();
        alive.set(0, N);
        alive.clear(spare);
        alive.clear(another);
        before = new float[N][];
        for (int f = 0; f < N; f++) {
            before[f] = axes[f];
        }
        before[whole] = mean(first(), second());
        after = new float[N][];
        for (int f = 0; f < N; f++) {
            after[f] = jitter(before[f], 0.05);
        }
        aliveAfter = (BitSet) alive.clone();
        rows = new float[ROWS * WIDTH];
        for (int r = 0; r < ROWS; r++) {
            for (int f = 0; f < N; f++) {
                if (f != whole && f != spare && f != another && random.nextDouble() < RATE) {
                    add(r, axes[f]);
                }
            }
            double draw = random.nextDouble();
            if (draw < 2 * RATE) {
                add(r, draw < RATE ? first() : second());
            }
        }
    }

    private float[] first() {
        return axes[N];
    }

    private float[] second() {
        return axes[N + 1];
    }

    @RepeatedTest(30)
    void aFeatureWhoseCausesGetAFeatureEachIsSplitIntoBoth() {
        after[whole] = jitter(first(), 0.05);
        after[spare] = jitter(second(), 0.05);
        aliveAfter.set(spare);

        assertSplit(whole, spare);
    }

    @RepeatedTest(30)
    void itsPartsMayBothBeInOtherPlaces() {
        after[spare] = jitter(first(), 0.05);
        after[another] = jitter(second(), 0.05);
        aliveAfter.set(spare);
        aliveAfter.set(another);
        aliveAfter.clear(whole);

        assertSplit(spare, another);
    }

    @RepeatedTest(30)
    void causesThatAlwaysComeTogetherAreSplitByDirection() {
        for (int r = 0; r < ROWS; r++) {
            if (along(r, first()) > 1 || along(r, second()) > 1) {
                add(r, first());
                add(r, second());
            }
        }
        after[whole] = jitter(first(), 0.05);
        after[spare] = jitter(second(), 0.05);
        aliveAfter.set(spare);

        assertSplit(whole, spare);
    }

    @RepeatedTest(30)
    void whatStaysWholeIsNotSplitByAFeatureInsideIt() {
        after[spare] = jitter(second(), 0.05);
        aliveAfter.set(spare);

        assertNothingSplit();
    }

    @RepeatedTest(30)
    void aFeatureThatMovedToOneOtherPlaceIsNotSplit() {
        after[spare] = jitter(before[whole], 0.05);
        aliveAfter.set(spare);
        aliveAfter.clear(whole);

        assertNothingSplit();
    }

    @RepeatedTest(30)
    void halfOfItIsNotAllOfIt() {
        after[whole] = jitter(first(), 0.05);

        assertNothingSplit();
    }

    @RepeatedTest(30)
    void twoOfThreeCausesAreNotAllOfIt() {
        // Often enough that no draw of rows has the other two cover nearly all of it.
        for (int r = 0; r < ROWS; r++) {
            if (random.nextDouble() < 2 * RATE) {
                add(r, axes[N + 2]);
            }
        }
        before[whole] = mean(first(), second(), axes[N + 2]);
        after[whole] = jitter(first(), 0.05);
        after[spare] = jitter(second(), 0.05);
        aliveAfter.set(spare);

        assertNothingSplit();
    }

    @RepeatedTest(30)
    void whatFiresMostlyElsewhereIsNoPart() {
        for (int r = 0; r < ROWS; r++) {
            if (random.nextBoolean() && along(r, first()) < 1 && along(r, second()) < 1) {
                add(r, 0.3f, second());
            }
        }
        after[whole] = jitter(first(), 0.05);
        after[spare] = second();
        aliveAfter.set(spare);

        assertNothingSplit();
    }

    @RepeatedTest(30)
    void featuresThatFireOnTheSameRowsInOtherDirectionsAreNoParts() {
        for (int r = 0; r < ROWS; r++) {
            if (along(r, first()) > 1) {
                add(r, axes[N + 2]);
            }
            if (along(r, second()) > 1) {
                add(r, axes[N + 3]);
            }
        }
        after[spare] = jitter(axes[N + 2], 0.05);
        after[another] = jitter(axes[N + 3], 0.05);
        aliveAfter.set(spare);
        aliveAfter.set(another);
        aliveAfter.clear(whole);

        assertNothingSplit();
    }

    @RepeatedTest(30)
    void whateverUnrelatedFeaturesDoNoneIsSplit() {
        for (int f = 0; f < N; f++) {
            switch (random.nextInt(4)) {
                case 0 -> after[f] = jitter(axes[N + 8 + random.nextInt(WIDTH - N - 8)], 0.05);
                case 1 -> aliveAfter.flip(f);
                case 2 -> after[f] = jitter(before[f], 0.5);
                default -> {}
            }
        }
        after[bystander] = jitter(axes[N + 5], 0.05);
        after[whole] = jitter(axes[N + 6], 0.05);
        after[spare] = jitter(axes[N + 7], 0.05);

        assertNothingSplit();
    }

    private void assertSplit(int one, int two) {
        List<Verdict> verdicts = verdicts();
        assertThat(verdicts.stream().filter(verdict -> verdict.change() == Change.SPLIT))
                .as("seed %d", seed)
                .extracting(Verdict::index)
                .containsExactlyInAnyOrder(one, two);
        assertThat(verdicts).as("seed %d", seed).allSatisfy(verdict -> {
            if (verdict.change() == Change.SPLIT) {
                assertThat(verdict.from()).isEqualTo(whole);
                assertThat(verdict.cosine()).isBetween(0.6, 0.8);
            } else {
                assertThat(verdict.change()).isEqualTo(Change.KEPT);
                assertThat(verdict.from()).isEqualTo(verdict.index()).isNotEqualTo(whole);
            }
        });
    }

    private void assertNothingSplit() {
        assertThat(verdicts()).as("seed %d", seed).extracting(Verdict::change).doesNotContain(Change.SPLIT);
    }

    private List<Verdict> verdicts() {
        return Comparison.of(new Ancestor(dictionary(before), alive, alive), dictionary(after), aliveAfter, rows, ROWS);
    }

    private static Dictionary dictionary(float[][] directions) {
        float[] matrix = new float[N * WIDTH];
        float[] threshold = new float[N];
        for (int f = 0; f < N; f++) {
            System.arraycopy(directions[f], 0, matrix, f * WIDTH, WIDTH);
            threshold[f] = 1;
        }
        return new Dictionary(
                WIDTH,
                N,
                matrix,
                new float[N],
                matrix.clone(),
                new float[WIDTH],
                threshold,
                new DictionaryInfo("jumprelu", "batchtopk", 2, "m", "h", 0, 0, 0, 0));
    }

    private void add(int row, float[] direction) {
        add(row, 1, direction);
    }

    private void add(int row, float times, float[] direction) {
        for (int c = 0; c < WIDTH; c++) {
            rows[row * WIDTH + c] += 4 * times * direction[c];
        }
    }

    private double along(int row, float[] direction) {
        double sum = 0;
        for (int c = 0; c < WIDTH; c++) {
            sum += (double) rows[row * WIDTH + c] * direction[c];
        }
        return sum;
    }

    private static float[] mean(float[]... directions) {
        float[] mean = new float[WIDTH];
        for (float[] direction : directions) {
            for (int c = 0; c < WIDTH; c++) {
                mean[c] += direction[c];
            }
        }
        return unit(mean);
    }

    private float[] jitter(float[] direction, double by) {
        float[] noise = unit(draw());
        float[] moved = new float[WIDTH];
        for (int c = 0; c < WIDTH; c++) {
            moved[c] = direction[c] + (float) by * noise[c];
        }
        return unit(moved);
    }

    private float[] draw() {
        float[] vector = new float[WIDTH];
        for (int c = 0; c < WIDTH; c++) {
            vector[c] = (float) random.nextGaussian();
        }
        return vector;
    }

    private float[][] orthogonal() {
        float[][] found = new float[WIDTH][];
        for (int i = 0; i < WIDTH; i++) {
            float[] vector = draw();
            for (int j = 0; j < i; j++) {
                double product = 0;
                for (int c = 0; c < WIDTH; c++) {
                    product += (double) vector[c] * found[j][c];
                }
                for (int c = 0; c < WIDTH; c++) {
                    vector[c] -= (float) product * found[j][c];
                }
            }
            found[i] = unit(vector);
        }
        return found;
    }

    private static float[] unit(float[] vector) {
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        for (int c = 0; c < vector.length; c++) {
            vector[c] /= (float) Math.sqrt(squares);
        }
        return vector;
    }
}

package io.concordance.trainer.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryInfo;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Features planted on the axes of their space; what happens to each is planted too. */
class ComparisonTest {
    private static final int N = 8;
    private static final int ROWS = 400;
    private static final BitSet ALL = features(0, 1, 2, 3, 4, 5, 6, 7);
    private final float[] decoder = identity();
    private final float[] encoder = identity();
    private final float[] threshold = new float[N];
    private final float[] rows = new float[ROWS * N];

    ComparisonTest() {
        Random random = new Random(4);
        for (int i = 0; i < rows.length; i++) {
            rows[i] = random.nextInt(4) == 0 ? 1 + random.nextFloat() : 0;
        }
    }

    private static float[] identity() {
        float[] matrix = new float[N * N];
        for (int i = 0; i < N; i++) {
            matrix[i * N + i] = 1;
        }
        return matrix;
    }

    private static BitSet features(int... indices) {
        BitSet set = new BitSet();
        for (int index : indices) {
            set.set(index);
        }
        return set;
    }

    private static Dictionary dictionary(float[] encoder, float[] decoder, float[] threshold) {
        return new Dictionary(
                N,
                N,
                encoder,
                new float[N],
                decoder,
                new float[N],
                threshold,
                new DictionaryInfo("jumprelu", "batchtopk", 2, "m", "h", 0, 0, 0, 0));
    }

    private static Ancestor axes(BitSet alive, BitSet ever) {
        return new Ancestor(dictionary(identity(), identity(), new float[N]), alive, ever);
    }

    private List<Verdict> verdicts(Ancestor before, BitSet alive) {
        return Comparison.of(before, dictionary(encoder, decoder, threshold), alive, rows, ROWS);
    }

    private static Change only(List<Verdict> verdicts, int index) {
        List<Change> changes = verdicts.stream()
                .filter(verdict -> verdict.index() == index)
                .map(Verdict::change)
                .toList();
        assertThat(changes).as("feature " + index).hasSize(1);
        return changes.getFirst();
    }

    /** Turns the decoder direction of a feature towards the next axis. */
    private void turn(int f, double cosine) {
        decoder[f * N + f] = (float) cosine;
        decoder[f * N + (f + 1) % N] = (float) Math.sqrt(1 - cosine * cosine);
    }

    @Test
    void anUnchangedFeatureIsKept() {
        assertThat(verdicts(axes(ALL, ALL), ALL)).hasSize(N).allSatisfy(verdict -> {
            assertThat(verdict.change()).isEqualTo(Change.KEPT);
            assertThat(verdict.cosine()).isCloseTo(1, within(1e-6));
            assertThat(verdict.agreement()).isEqualTo(1);
        });
    }

    @Test
    void aTurnedDirectionIsDriftUntilItIsAnotherFeature() {
        turn(1, 0.95);
        turn(2, 0.85);
        turn(3, 0.4);
        List<Verdict> verdicts = verdicts(axes(ALL, ALL), ALL);

        assertThat(only(verdicts, 1)).isEqualTo(Change.KEPT);
        assertThat(only(verdicts, 2)).isEqualTo(Change.DRIFTED);
        assertThat(verdicts.stream().filter(verdict -> verdict.index() == 3).map(Verdict::change))
                .containsExactly(Change.RETIRED, Change.NEW);
    }

    @Test
    void firingOnOtherRowsIsDriftWhateverTheDirection() {
        encoder[4 * N + 4] = 0;
        encoder[4 * N + 5] = 1;
        List<Verdict> verdicts = verdicts(axes(ALL, ALL), ALL);

        assertThat(only(verdicts, 4)).isEqualTo(Change.DRIFTED);
        assertThat(verdicts.get(4).agreement()).isLessThan(Comparison.KEPT_AGREEMENT);
        assertThat(only(verdicts, 5)).isEqualTo(Change.KEPT);
    }

    @Test
    void tooFewFiringsSayNothingAboutAgreement() {
        threshold[6] = 100;
        List<Verdict> quiet = Comparison.of(
                new Ancestor(dictionary(identity(), identity(), threshold), ALL, ALL),
                dictionary(encoder, decoder, threshold),
                ALL,
                rows,
                ROWS);

        assertThat(quiet.get(6).agreement()).isNull();
        assertThat(quiet.get(6).change()).isEqualTo(Change.KEPT);
        assertThat(Comparison.of(axes(ALL, ALL), dictionary(encoder, decoder, threshold), ALL, new float[0], 0))
                .hasSize(N)
                .allSatisfy(verdict -> assertThat(verdict.agreement()).isNull());
    }

    @Test
    void silenceRetiresAndASecondLifeIsARevival() {
        BitSet alive = features(0, 1, 2, 3, 4, 5);
        List<Verdict> silenced = verdicts(axes(ALL, ALL), alive);
        assertThat(only(silenced, 6)).isEqualTo(Change.RETIRED);

        List<Verdict> again = verdicts(axes(alive, ALL), ALL);
        assertThat(only(again, 6)).isEqualTo(Change.REVIVED);
        assertThat(only(again, 0)).isEqualTo(Change.KEPT);
    }

    @Test
    void aFeatureThatNeverFiredBeforeIsNewAndOneThatNeverFiresIsNothing() {
        BitSet known = features(0, 1);
        List<Verdict> verdicts = verdicts(axes(known, known), features(0, 1, 2));

        assertThat(verdicts).extracting(Verdict::index).containsExactly(0, 1, 2);
        assertThat(only(verdicts, 2)).isEqualTo(Change.NEW);
    }
}

package io.concordance.contracts.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ExplainedVarianceTest {
    private static final long SEED = 41;

    @Test
    void threeSmallGroupsGiveTheTextbookValues() {
        // Groups {1, 2, 3}, {2, 4}, {6}: SST = 16, SSB = 12, MSW = 4/3.
        MomentsByGroup moments = new MomentsByGroup(3, 1);
        int[] groups = {0, 0, 0, 1, 1, 2};
        float[] values = {1, 2, 3, 2, 4, 6};
        for (int i = 0; i < values.length; i++) {
            moments.add(groups[i], values, i);
        }

        ExplainedVariance explained = moments.explained();

        assertThat(explained.eta2()).isEqualTo(12.0 / 16, within(1e-12));
        assertThat(explained.omega2()).isEqualTo((12 - 2 * 4.0 / 3) / (16 + 4.0 / 3), within(1e-12));
        assertThat(explained.rows()).isEqualTo(6);
        assertThat(explained.groups()).isEqualTo(3);
    }

    @Test
    void omegaForgivesWhatManyGroupsExplainByChance() {
        MomentsByGroup moments = new MomentsByGroup(200, 8);
        Random random = new Random(SEED);
        float[] row = new float[8];
        for (int r = 0; r < 1000; r++) {
            for (int i = 0; i < 8; i++) {
                row[i] = (float) random.nextGaussian();
            }
            moments.add(r % 200, row, 0);
        }

        assertThat(moments.explained().eta2()).isEqualTo(199.0 / 999, within(0.03));
        assertThat(moments.explained().omega2()).isLessThan(0.03);
    }

    @Test
    void aVectorThatIsItsGroupIsExplainedWhollyAndOneThatNeverChangesNotAtAll() {
        MomentsByGroup whole = new MomentsByGroup(4, 2);
        MomentsByGroup constant = new MomentsByGroup(4, 2);
        for (int r = 0; r < 40; r++) {
            whole.add(r % 4, new float[] {r % 4, -3 * (r % 4)}, 0);
            constant.add(r % 4, new float[] {7, 7}, 0);
        }

        assertThat(whole.explained().eta2()).isEqualTo(1, within(1e-12));
        assertThat(whole.explained().omega2()).isEqualTo(1, within(1e-12));
        assertThat(constant.explained().eta2()).isZero();
        assertThat(constant.explained().omega2()).isZero();
    }

    @Test
    void partsMergeIntoWhatAllRowsGive() {
        Random random = new Random(SEED);
        MomentsByGroup all = new MomentsByGroup(5, 3);
        MomentsByGroup[] parts = {new MomentsByGroup(5, 3), new MomentsByGroup(5, 3), new MomentsByGroup(5, 3)};
        for (int r = 0; r < 300; r++) {
            // Small whole numbers: sums are exact, so that merging must be too.
            float[] row = {random.nextInt(100), random.nextInt(100), random.nextInt(100)};
            all.add(r % 5, row, 0);
            parts[random.nextInt(3)].add(r % 5, row, 0);
        }
        MomentsByGroup merged = new MomentsByGroup(5, 3);
        for (MomentsByGroup part : parts) {
            merged.add(part);
        }

        assertThat(merged.explained()).isEqualTo(all.explained());
        assertThat(merged.sum(2, 1)).isEqualTo(all.sum(2, 1));
        assertThat(merged.rows()).isEqualTo(300);
    }

    @Test
    void oneRowAGroupSaysNothing() {
        MomentsByGroup moments = new MomentsByGroup(3, 1);
        for (int g = 0; g < 3; g++) {
            moments.add(g, new float[] {g}, 0);
        }

        assertThat(moments.explained()).isEqualTo(new ExplainedVariance(0, 0, 3, 3));
        assertThatIllegalArgumentException().isThrownBy(() -> moments.add(new MomentsByGroup(2, 1)));
    }
}

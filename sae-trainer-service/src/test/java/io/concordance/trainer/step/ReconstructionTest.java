package io.concordance.trainer.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryInfo;
import io.concordance.contracts.event.HeldOutMetrics;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ReconstructionTest {
    private static final int WIDTH = 6;
    private static final int COUNT = 500;
    private final float[] rows = new SparseData(WIDTH, 12, 3, 5).rows(COUNT, 1);

    /** One feature for each direction of each axis: enough to make any row. */
    private Dictionary identity() {
        int features = 2 * WIDTH;
        float[] axes = new float[features * WIDTH];
        for (int c = 0; c < WIDTH; c++) {
            axes[2 * c * WIDTH + c] = 1;
            axes[(2 * c + 1) * WIDTH + c] = -1;
        }
        return dictionary(axes, new float[WIDTH], new float[features]);
    }

    private Dictionary meanPredictor() {
        float[] mean = new float[WIDTH];
        for (int i = 0; i < rows.length; i++) {
            mean[i % WIDTH] += rows[i] / COUNT;
        }
        float[] never = new float[2 * WIDTH];
        Arrays.fill(never, Float.MAX_VALUE);
        return dictionary(new float[2 * WIDTH * WIDTH], mean, never);
    }

    private static Dictionary dictionary(float[] axes, float[] bias, float[] threshold) {
        return new Dictionary(
                WIDTH,
                2 * WIDTH,
                axes,
                new float[2 * WIDTH],
                axes,
                bias,
                threshold,
                new DictionaryInfo("jumprelu", "batchtopk", 2, "m", "h", 0, 0, 0, 0));
    }

    @Test
    void theMeanPredictorExplainsNothingAndIdentityEverything() {
        HeldOutMetrics nothing = Reconstruction.look(meanPredictor(), rows, COUNT, 7);
        assertThat(nothing.fvu()).isCloseTo(1, within(1e-6));
        assertThat(nothing.explained()).isCloseTo(0, within(1e-6));
        assertThat(nothing.l0()).isZero();
        assertThat(nothing.alive()).isZero();
        assertThat(nothing.density().silent()).isEqualTo(2 * WIDTH);
        assertThat(nothing.step()).isEqualTo(7);
        assertThat(nothing.rows()).isEqualTo(COUNT);

        HeldOutMetrics everything = Reconstruction.look(identity(), rows, COUNT, 7);
        assertThat(everything.fvu()).isZero();
        assertThat(everything.explained()).isEqualTo(1);
        assertThat(everything.cosine()).isCloseTo(1, within(1e-9));
        assertThat(everything.l0()).isEqualTo(WIDTH);
        assertThat(everything.alive()).isEqualTo(1);
    }

    @Test
    void anOffsetOfTheRowsChangesNothing() {
        float[] moved = rows.clone();
        for (int i = 0; i < moved.length; i++) {
            moved[i] += 100;
        }
        float[] bias = new float[WIDTH];
        Arrays.fill(bias, 100);
        Dictionary half = half(new float[WIDTH]);
        Dictionary halfMoved = half(bias);
        assertThat(Reconstruction.look(halfMoved, moved, COUNT, 0).fvu())
                .isCloseTo(Reconstruction.look(half, rows, COUNT, 0).fvu(), within(1e-4));
    }

    private Dictionary half(float[] bias) {
        Dictionary all = identity();
        float[] decoder = all.decoder().clone();
        Arrays.fill(decoder, 0, decoder.length / 2, 0);
        return new Dictionary(
                WIDTH, all.features(), all.encoder(), all.encoderBias(), decoder, bias, all.threshold(), all.info());
    }
}

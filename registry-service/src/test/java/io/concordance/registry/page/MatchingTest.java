package io.concordance.registry.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryInfo;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MatchingTest {
    private static final int FEATURES = 40;

    @Test
    void aShuffledAndRescaledDictionaryIsFoundAgain() {
        Dictionary here = random(1, 16);
        float[] decoder = here.decoder().clone();
        for (int j = 0; j < FEATURES; j++) {
            for (int k = 0; k < 16; k++) {
                decoder[j * 16 + k] = 3 * here.decoder()[(FEATURES - 1 - j) * 16 + k];
            }
        }

        Matching matching = Matching.of(here, with(here, decoder));

        assertThat(matching.matches()).hasSize(FEATURES).allSatisfy(match -> {
            assertThat(match.other()).isEqualTo(FEATURES - 1 - match.index());
            assertThat(match.cosine()).isCloseTo(1, within(1e-5));
        });
        assertThat(matching.share(0.9)).isEqualTo(1);
    }

    @Test
    void strangersAreFarApart() {
        assertThat(Matching.of(random(2, 256), random(3, 256)).share(0.5)).isZero();
    }

    @Test
    void onlyRowsOfOneWidthCanBeMatched() {
        assertThatThrownBy(() -> Matching.of(random(4, 16), random(5, 8)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("16 and of 8");
    }

    private static Dictionary random(long seed, int width) {
        Random random = new Random(seed);
        float[] decoder = new float[FEATURES * width];
        for (int i = 0; i < decoder.length; i++) {
            decoder[i] = (float) random.nextGaussian();
        }
        return new Dictionary(
                width,
                FEATURES,
                decoder.clone(),
                new float[FEATURES],
                decoder,
                new float[width],
                new float[FEATURES],
                new DictionaryInfo(
                        "jumprelu", "batchtopk", 2, "organism", "blocks.2.hook_resid_post", seed, 1000, 2, 0.1));
    }

    private static Dictionary with(Dictionary base, float[] decoder) {
        return new Dictionary(
                base.width(),
                base.features(),
                base.encoder(),
                base.encoderBias(),
                decoder,
                base.decoderBias(),
                base.threshold(),
                base.info());
    }
}

package io.concordance.interp.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.SparseEncoder;
import io.concordance.contracts.kernel.bf16.ScreenTrial;
import io.concordance.interp.planted.Planted;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EncodingsTest {
    @ParameterizedTest
    @CsvSource({"8, 70, 1", "13, 1, 5", "64, 512, 193", "100, 333, 400", "384, 96, 200"})
    void theVectorEncodingFiresAsThePlainOneBitForBit(int width, int features, int rows) {
        long seed = 31L * width + features;
        System.out.println("seed " + seed);
        Dictionary dictionary = Planted.random(width, features, seed);
        float[] block =
                Planted.gaussian(RandomGeneratorFactory.of("L64X128MixRandom").create(seed), rows * width);
        assertThat(ModuleLayer.boot().findModule("jdk.incubator.vector")).isPresent();
        assertThat(fired(Encodings.of(dictionary).get(), block, rows))
                .isEqualTo(fired(new SparseEncoder(dictionary)::encodeInputs, block, rows))
                .isNotEmpty();
        Encodings.of(dictionary)
                .get()
                .encode(
                        block,
                        rows,
                        (row, feature, value) -> assertThat(
                                        Encodings.preActivation(dictionary, feature, block, row * width))
                                .isEqualTo(value));
    }

    @ParameterizedTest
    @CsvSource({
        "30, 150, 1500, 500",
        "40, 512, 1024, 192",
        "25, 160, 1030, 31",
        "0, 144, 1024, 200",
        "1e19, 128, 1024, 24"
    })
    void screeningFiresAsThePlainOneBitForBit(float threshold, int width, int features, int rows) {
        assumeTrue(ScreenTrial.obstacle().isEmpty(), "not run: no bf16 products");
        long seed = 17L * width + features;
        System.out.println("seed " + seed);
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        Dictionary given = Planted.random(width, features, seed);
        float scale = threshold > 100 ? threshold / 100 : 1;
        float[] thresholds = new float[features];
        for (int j = 0; j < features; j++) {
            thresholds[j] = threshold * (1 + random.nextFloat() / 10);
        }
        Dictionary dictionary = new Dictionary(
                width,
                features,
                given.encoder(),
                given.encoderBias(),
                given.decoder(),
                given.decoderBias(),
                thresholds,
                given.info());
        float[] block = Planted.gaussian(random, rows * width);
        for (int i = 0; i < block.length; i++) {
            block[i] *= i / width % 40 == 39 ? 0 : scale;
        }
        assertThat(fired(Encodings.screened(dictionary).get(), block, rows))
                .isEqualTo(fired(new SparseEncoder(dictionary)::encodeInputs, block, rows))
                .isNotEmpty();
    }

    private static List<String> fired(Encoding encoding, float[] block, int rows) {
        List<String> fired = new ArrayList<>();
        encoding.encode(
                block,
                rows,
                (row, feature, value) -> fired.add(row + " " + feature + " " + Float.floatToRawIntBits(value)));
        return fired;
    }
}

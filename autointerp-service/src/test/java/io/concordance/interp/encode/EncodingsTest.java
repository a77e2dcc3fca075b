package io.concordance.interp.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.SparseEncoder;
import io.concordance.interp.planted.Planted;
import java.util.ArrayList;
import java.util.List;
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

package io.concordance.capture.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StoredPrecisionTest {
    @Test
    void everyHalfIsFiniteOrNotAsTheProcessorSaysWhereverItStands() {
        for (int bits = 0; bits <= 0xFFFF; bits++) {
            short value = (short) bits;
            assertThat(found(StoredPrecision.FP16, value, bits % 11))
                    .as("fp16 %04x", bits)
                    .isEqualTo(Float.isFinite(Float.float16ToFloat(value)) ? -1 : bits % 11);
            assertThat(found(StoredPrecision.BF16, value, bits % 11))
                    .as("bf16 %04x", bits)
                    .isEqualTo(Float.isFinite(Float.intBitsToFloat(bits << 16)) ? -1 : bits % 11);
        }
    }

    private static long found(StoredPrecision precision, short value, int place) {
        short[] values = new short[11];
        values[place] = value;
        return precision.firstNotFinite(MemorySegment.ofArray(values));
    }

    @Test
    void theFirstFloatThatIsNotFiniteIsFoundAmongAnyOthers() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int trial = 0; trial < 2_000; trial++) {
            int[] bits = random.ints(1 + random.nextInt(9)).toArray();
            if (random.nextBoolean()) {
                bits[random.nextInt(bits.length)] |= 0x7F80_0000;
            }
            long first = -1;
            for (int i = bits.length - 1; i >= 0; i--) {
                first = Float.isFinite(Float.intBitsToFloat(bits[i])) ? first : i;
            }
            assertThat(StoredPrecision.FP32.firstNotFinite(MemorySegment.ofArray(bits)))
                    .as("seed %d", seed)
                    .isEqualTo(first);
        }
    }
}

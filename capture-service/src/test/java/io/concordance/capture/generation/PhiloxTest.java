package io.concordance.capture.generation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PhiloxTest {

    /** Known answers that the authors publish with their implementation. */
    @Test
    void givesTheKnownAnswers() {
        assertThat(Philox.words(new int[4], 0)).containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
        assertThat(Philox.words(new int[] {-1, -1, -1, -1}, -1))
                .containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
        assertThat(Philox.words(
                        new int[] {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0x299f31d0L << 32 | 0xa4093822L))
                .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
    }

    @Test
    void spreadsEvenlyOverTheUnitInterval() {
        int[] bins = new int[10];
        IntStream.range(0, 100_000).forEach(step -> bins[(int) (10 * Philox.uniform(7, 3, step))]++);

        assertThat(IntStream.of(bins).boxed()).allSatisfy(bin -> assertThat(bin).isBetween(9_600, 10_400));
    }
}

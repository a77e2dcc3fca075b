package io.concordance.capture.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.capture.transcript.DocumentIndex;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SlicingTest {
    private final Slicing slicing = new Slicing(100, 50, 1_000_000, 4, 30);

    @Test
    void fillsSlicesUpToTheEstimate() {
        List<Slicing.Slice> slices = slicing.cut(List.of(arm(100, 100, 100, 100, 40)));

        assertThat(slices).extracting(Slicing.Slice::documents).containsExactly(4, 1);
        assertThat(slices).extracting(Slicing.Slice::fromByte).containsExactly(0L, 4000L);
        assertThat(slices).extracting(Slicing.Slice::toByte).containsExactly(4000L, 5000L);
    }

    @Test
    void countsADocumentLongerThanTheContextAsTheContext() {
        List<Slicing.Slice> slices = slicing.cut(List.of(arm(1_000_000, 1_000_000, 1_000_000, 1_000_000)));

        assertThat(slices).extracting(Slicing.Slice::documents).containsExactly(3, 1);
    }

    @Test
    void endsASliceAtItsMostDocuments() {
        int[] tiny = new int[120];
        Arrays.fill(tiny, 1);

        assertThat(slicing.cut(List.of(arm(tiny))))
                .extracting(Slicing.Slice::documents)
                .containsExactly(50, 50, 20);
    }

    @Test
    void endsASliceWhereItsLinesTakeTooManyBytes() {
        Slicing small = new Slicing(100, 50, 2500, 4, 30);

        assertThat(small.cut(List.of(arm(1, 1, 1, 1, 1))))
                .extracting(Slicing.Slice::documents)
                .containsExactly(2, 2, 1);
    }

    @Test
    void coversEveryDocumentOfEveryArmOnce() {
        DocumentIndex long_ = arm(IntStream.range(0, 500).map(i -> i % 150).toArray());
        DocumentIndex short_ = arm(IntStream.range(0, 70).map(i -> 120).toArray());

        List<Slicing.Slice> slices = slicing.cut(List.of(long_, short_));

        for (int arm = 0; arm < 2; arm++) {
            long at = 0;
            int documents = 0;
            for (Slicing.Slice slice : slices) {
                if (slice.arm() == arm) {
                    assertThat(slice.fromByte()).isEqualTo(at);
                    at = slice.toByte();
                    documents += slice.documents();
                }
            }
            assertThat(documents).isEqualTo(arm == 0 ? 500 : 70);
        }
    }

    @Test
    void letsArmsTakeTurnsInProportion() {
        DocumentIndex four = arm(400, 400, 400, 400, 400, 400, 400, 400, 400, 400, 400, 400);
        DocumentIndex two = arm(400, 400, 400, 400, 400, 400);

        assertThat(slicing.cut(List.of(two, four)))
                .extracting(Slicing.Slice::arm)
                .containsExactly(0, 1, 1, 0, 1, 1);
    }

    private static DocumentIndex arm(int... characters) {
        return new DocumentIndex(
                IntStream.rangeClosed(1, characters.length)
                        .mapToLong(i -> 1000L * i)
                        .toArray(),
                characters);
    }
}

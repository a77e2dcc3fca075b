package io.concordance.capture.slice;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchesTest {

    @Test
    void putsEveryDocumentWithTokensIntoOneBatchWithinTheBudget() {
        long seed = 42;
        System.out.println("seed " + seed);
        int[] lengths = new Random(seed).ints(500, 0, 300).toArray();

        List<List<Integer>> batches = Batches.of(lengths, 1024, true);

        assertThat(batches.stream().flatMap(List::stream).sorted().toList())
                .isEqualTo(IntStream.range(0, 500)
                        .filter(i -> lengths[i] > 0)
                        .boxed()
                        .toList());
        assertThat(batches).allSatisfy(batch -> {
            int longest = batch.stream().mapToInt(i -> lengths[i]).max().orElseThrow();
            assertThat(longest * batch.size()).isLessThanOrEqualTo(1024);
        });
        int padded = batches.stream()
                .mapToInt(b ->
                        b.size() * b.stream().mapToInt(i -> lengths[i]).max().orElseThrow())
                .sum();
        assertThat((double) IntStream.of(lengths).sum() / padded).isGreaterThan(0.95);
    }

    @Test
    void cutsWhereLengthsJumpRatherThanFillingABatch() {
        int[] lengths = {10, 500, 11, 480, 12, 490};

        assertThat(Batches.of(lengths, 4096, true)).containsExactly(List.of(0, 2, 4), List.of(3, 5, 1));
    }

    @Test
    void runsDocumentsOfNearlyOneLengthTogether() {
        assertThat(Batches.of(new int[] {100, 101, 102, 103}, 4096, true)).hasSize(1);
    }

    @Test
    void keepsLengthsApartForAModelThatPaddingDisturbs() {
        assertThat(Batches.of(new int[] {3, 5, 3, 5}, 100, false)).containsExactly(List.of(0, 2), List.of(1, 3));
    }

    @Test
    void runsADocumentLongerThanTheBudgetAlone() {
        assertThat(Batches.of(new int[] {10, 2000, 10}, 1024, true)).containsExactly(List.of(0, 2), List.of(1));
    }
}

package io.concordance.trainer.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyedPermutationTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 16, 17, 1000, 4096, 4097, 33_333})
    void everyIndexIsHitOnce(int size) {
        KeyedPermutation permutation = new KeyedPermutation(size, 42 + size);
        BitSet hit = new BitSet(size);
        for (int i = 0; i < size; i++) {
            hit.set(permutation.at(i));
        }
        assertThat(hit.cardinality()).isEqualTo(size);
        assertThat(hit.length()).isEqualTo(size);
    }

    @Test
    void anotherKeyGivesAnotherOrder() {
        int same = 0;
        KeyedPermutation a = new KeyedPermutation(10_000, 1);
        KeyedPermutation b = new KeyedPermutation(10_000, 2);
        for (int i = 0; i < 10_000; i++) {
            same += a.at(i) == b.at(i) ? 1 : 0;
        }
        assertThat(same).isLessThan(20);
    }

    @Test
    void neighboursAreSpreadEvenly() {
        // Mean distance of images of neighbours is n/3 for a random permutation.
        int n = 20_000;
        KeyedPermutation permutation = new KeyedPermutation(n, 7);
        double sum = 0;
        for (int i = 1; i < n; i++) {
            sum += Math.abs(permutation.at(i) - permutation.at(i - 1));
        }
        assertThat(sum / n).isBetween(n * 0.32, n * 0.35);
    }
}

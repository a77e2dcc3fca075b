package io.concordance.registry.feature;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SufficiencyTest {
    @Test
    void fewerDocumentsThanNeededCanGradeNothingAndThatManyCan() {
        for (int features : List.of(1, 1024, 1 << 20)) {
            int n = Sufficiency.needed(features);
            assertThat(Sufficiency.of(features, n / 2, n / 2, n / 4, n / 4)).isTrue();
            assertThat(Sufficiency.of(features, n / 2 - 2, n / 2 - 2, n / 4 - 1, n / 4 - 1))
                    .as("%d features, %d documents", features, n)
                    .isFalse();
        }
        assertThat(Sufficiency.needed(1 << 20)).isGreaterThan(Sufficiency.needed(1));
        assertThat(Sufficiency.needed(1024)).isBetween(24, 100);
    }

    @Test
    void aModelThatNeverActedOrAlwaysDidSaysNothingHoweverManyDocuments() {
        assertThat(Sufficiency.of(1024, 0, 5000, 0, 2500)).isFalse();
        assertThat(Sufficiency.of(1024, 5000, 0, 2500, 0)).isFalse();
        assertThat(Sufficiency.of(1024, 1, 5000, 1, 2500)).isFalse();
    }
}

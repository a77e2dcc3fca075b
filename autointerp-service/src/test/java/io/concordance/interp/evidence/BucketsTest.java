package io.concordance.interp.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class BucketsTest {
    @Test
    void everyPositionLiesInTheBucketThatStartsAtOrBelowIt() {
        for (int position = 0; position < 100_000; position++) {
            int bucket = Positions.bucket(position);
            assertThat(Positions.from(bucket)).isLessThanOrEqualTo(position);
            if (bucket + 1 < Positions.BUCKETS) {
                assertThat(Positions.from(bucket + 1)).isGreaterThan(position);
            }
        }
    }

    @Test
    void everyActivationLiesBetweenTheEdgesOfItsBin() {
        for (float value = 1e-6f; value < 1e6f; value *= 1.01f) {
            int bin = Density.bin(value);
            assertThat(Density.edge(bin)).isLessThanOrEqualTo(value * (1 + 1e-6));
            assertThat(Density.edge(bin + 1)).isGreaterThan(value * (1 - 1e-6));
        }
    }

    @Test
    void positionExplainsAFirstTokenFeatureAndNothingElse() {
        Positions first = new Positions();
        Positions level = new Positions();
        long[] rows = new long[Positions.BUCKETS];
        for (int document = 0; document < 200; document++) {
            for (int position = 0; position < 16; position++) {
                rows[position]++;
                if (position == 0) {
                    first.add(Positions.bucket(position), 1, 2, 4);
                }
                if ((document * 7 + position * 3) % 10 == 0) {
                    level.add(Positions.bucket(position), 1, 2, 4);
                }
            }
        }
        assertThat(first.explained(rows, 0).eta2()).isCloseTo(1, within(1e-9));
        assertThat(level.explained(rows, 0).omega2()).isCloseTo(0, within(0.01));
    }
}

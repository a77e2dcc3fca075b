package io.concordance.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PlantedRowsTest {
    @Test
    void frequenciesOfAllDirectionsMakeOne() {
        PlantedRows rows = new PlantedRows(4, 10, 2, 1);

        assertThat(IntStream.range(0, 10).mapToDouble(rows::frequency).sum()).isEqualTo(1, within(1e-12));
        assertThat(rows.frequency(0)).isGreaterThan(rows.frequency(9));
    }

    @Test
    void haveMeanSquareOne() {
        double squares = 0;
        for (float[] batch : new PlantedRows(8, 16, 3, 1).batches(4, 64)) {
            for (float value : batch) {
                squares += (double) value * value;
            }
        }

        assertThat(squares / (4 * 64 * 8)).isEqualTo(1, within(1e-5));
    }
}

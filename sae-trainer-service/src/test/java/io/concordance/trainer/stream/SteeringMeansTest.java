package io.concordance.trainer.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.concordance.contracts.dictionary.SteeringRemoved;
import io.concordance.contracts.problem.FieldProblem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SteeringMeansTest {
    private static final int WIDTH = 6;
    private static final int ROWS = 40;
    private static final int SLICES = 3;
    private static final float[] PUSH = {1, 2, 0, -1, 0, 0};
    private static final float[] OTHER = {0, 1, 0, 1, 0, 3};
    private final Random random = new Random(11);
    private final MemoryShards shards = new MemoryShards(WIDTH);
    private final MemoryShards reference = new MemoryShards(WIDTH);
    private final List<float[]> steered = new ArrayList<>();
    private final List<float[]> unsteered = new ArrayList<>();
    private final ShardOrder order =
            new ShardOrder(List.of(new ShardOrder.Job("plain", 1), new ShardOrder.Job("steered", SLICES)));

    SteeringMeansTest() {
        shards.add("plain", 0, rows(), columns(9), true);
        for (int slice = 0; slice < SLICES; slice++) {
            float[] rows = rows();
            unsteered.add(rows);
            float[] pushed = rows();
            for (int i = 0; i < rows.length; i++) {
                pushed[i] = rows[i] + 0.1f * pushed[i] + 2 * PUSH[i % WIDTH] + (i % WIDTH == 4 ? 0.7f : 0);
            }
            steered.add(pushed);
            shards.add("steered", slice, pushed, columns(slice), true);
        }
        unsteered(2, 1);
    }

    /** The same documents cut into fewer slices, behind one of another arm. */
    private void unsteered(int first, int rest) {
        reference.add("plain", 0, rows(), columns(9), false);
        reference.add("plain", 1, joined(unsteered.subList(0, first)), columns(0, first), true);
        reference.add("plain", 2, joined(unsteered.subList(first, first + rest)), columns(first, rest), true);
    }

    private float[] rows() {
        float[] rows = new float[ROWS * WIDTH];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (float) random.nextGaussian() + i % WIDTH;
        }
        return rows;
    }

    private static float[] joined(List<float[]> parts) {
        float[] all = new float[parts.stream().mapToInt(part -> part.length).sum()];
        int at = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    private static RowColumns columns(int slice) {
        return columns(slice, 1);
    }

    /** Two documents a slice. */
    private static RowColumns columns(int slice, int slices) {
        int count = slices * ROWS;
        int[] document = new int[count];
        int[] position = new int[count];
        int[] token = new int[count];
        List<String> ids = new ArrayList<>();
        for (int r = 0; r < count; r++) {
            int of = slice + r / ROWS;
            document[r] = r / (ROWS / 2);
            position[r] = r % (ROWS / 2);
            token[r] = (r % ROWS) * 3 + of;
            if (position[r] == 0) {
                ids.add(of + "/" + r % ROWS);
            }
        }
        return new RowColumns(document, position, token, ids);
    }

    private SteeringMeans means(List<float[]> directions) {
        return new SteeringMeans(
                order,
                shards,
                new SteeredCapture(
                        "input.without[0]",
                        "pushed",
                        "steered",
                        directions,
                        new ShardOrder(List.of(new ShardOrder.Job("plain", SLICES))),
                        reference),
                WIDTH);
    }

    private SteeringRemoved removed(float[]... directions) {
        SteeringMeans means = means(Arrays.asList(directions));
        while (means.advance() != PositionMeans.Progress.DONE) {}
        return means.removed();
    }

    private static double[] mean(List<float[]> slices) {
        double[] mean = new double[WIDTH];
        for (float[] slice : slices) {
            for (int i = 0; i < slice.length; i++) {
                mean[i % WIDTH] += slice[i] / (double) (SLICES * ROWS);
            }
        }
        return mean;
    }

    private static double along(float[] direction, float[] row, int at, double[] from) {
        double dot = 0;
        double squares = 0;
        for (int c = 0; c < WIDTH; c++) {
            dot += direction[c] * (row[at + c] - from[c]);
            squares += direction[c] * direction[c];
        }
        return dot / Math.sqrt(squares);
    }

    @Test
    void theMeanChangeAndWhateverLiesAlongTheDirectionsIsTakenOff() {
        SteeringRemoved removed = removed(PUSH, OTHER);
        double[] before = mean(unsteered);
        double[] after = mean(steered);

        assertThat(removed.rows()).isEqualTo(SLICES * ROWS);
        assertThat(removed.directions()).hasSize(2);
        ShardSource without = new WithoutSteering(shards, Map.of("steered", removed));
        List<float[]> left = new ArrayList<>();
        for (int slice = 0; slice < SLICES; slice++) {
            ShardOrder.Slot slot = new ShardOrder.Slot("steered", slice);
            float[] rows = new float[ROWS * WIDTH];
            try (SliceRows opened = without.open(slot, without.find(slot).orElseThrow())) {
                for (int r = 0; r < ROWS; r++) {
                    opened.copy(r, rows, r * WIDTH);
                }
            }
            left.add(rows);
        }
        for (int c = 0; c < WIDTH; c++) {
            assertThat((double) removed.shift()[c]).isCloseTo(after[c] - before[c], within(1e-5));
            assertThat(mean(left)[c]).isCloseTo(before[c], within(1e-5));
        }
        float[] aside = {2, -1, 0, 0, 0, 1 / 3f};
        for (int slice = 0; slice < SLICES; slice++) {
            for (int at = 0; at < ROWS * WIDTH; at += WIDTH) {
                assertThat(along(PUSH, left.get(slice), at, before)).isCloseTo(0, within(1e-5));
                assertThat(along(OTHER, left.get(slice), at, before)).isCloseTo(0, within(1e-5));
                assertThat(along(aside, left.get(slice), at, before))
                        .as("orthogonal to both directions")
                        .isCloseTo(along(aside, steered.get(slice), at, after), within(1e-4));
            }
        }
    }

    @Test
    void rowsOfOtherCapturesStayAsTheyAre() {
        ShardSource without = new WithoutSteering(shards, Map.of("steered", removed(PUSH)));
        ShardOrder.Slot slot = new ShardOrder.Slot("plain", 0);
        float[] target = new float[WIDTH];
        float[] plain = new float[WIDTH];
        try (SliceRows rows = without.open(slot, without.find(slot).orElseThrow());
                SliceRows own = shards.open(slot, shards.find(slot).orElseThrow())) {
            rows.copy(5, target, 0);
            own.copy(5, plain, 0);
        }
        assertThat(target).containsExactly(plain);
    }

    @Test
    void aDirectionThatLiesInThoseBeforeIsNoFurtherOne() {
        float[] between = new float[WIDTH];
        for (int c = 0; c < WIDTH; c++) {
            between[c] = -2 * PUSH[c] + 0.5f * OTHER[c];
        }

        assertThat(removed(PUSH, OTHER, between).directions()).hasSize(2);
    }

    @Test
    void waitsForEitherCapture() {
        shards.hold("steered", 1);
        reference.hold("plain", 2);
        SteeringMeans means = means(List.of(PUSH));
        assertThat(means.advance()).isEqualTo(PositionMeans.Progress.READ);
        assertThat(means.advance()).isEqualTo(PositionMeans.Progress.STARVED);
        shards.release();
        for (int read = 0; read < 4; read++) {
            assertThat(means.advance()).isEqualTo(PositionMeans.Progress.READ);
        }
        assertThat(means.advance()).isEqualTo(PositionMeans.Progress.STARVED);
        reference.release();
        assertThat(means.advance()).isEqualTo(PositionMeans.Progress.READ);
        assertThat(means.advance()).isEqualTo(PositionMeans.Progress.DONE);
    }

    @Test
    void otherTokensAreAProblem() {
        reference.add("plain", 2, unsteered.get(2), columns(7), true);

        assertThatThrownBy(() -> removed(PUSH))
                .isInstanceOf(FieldProblem.class)
                .hasMessageContaining("input.without[0].shift")
                .hasMessageContaining("other tokens");
    }

    @Test
    void missingRowsAreAProblem() {
        reference.add("plain", 2, rows(), columns(2), false);

        assertThatThrownBy(() -> removed(PUSH))
                .isInstanceOf(FieldProblem.class)
                .hasMessageContaining("80 rows unsteered, 120 steered");
    }

    @Test
    void aDirectionOfAnotherWidthIsAProblem() {
        assertThatThrownBy(() -> means(List.of(PUSH, new float[5])))
                .isInstanceOf(FieldProblem.class)
                .hasMessageContaining("input.without[0].directions[1]")
                .hasMessageContaining("5 values");
    }
}

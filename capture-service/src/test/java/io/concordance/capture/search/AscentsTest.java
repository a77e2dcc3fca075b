package io.concordance.capture.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AscentsTest {
    private static final int WIDTH = 24;
    private static final double RADIUS = 2;

    /** A direction that benign inputs use, and a gate that opens only far along another one: flat where nothing is added. */
    private static final float[] ORDINARY = unit(1);

    private static final float[] GATED = unit(2);

    private static final Objective PLANTED = direction -> {
        double ordinary = RADIUS * dot(ORDINARY, direction);
        double push = RADIUS * dot(GATED, direction);
        double open = 1 / (1 + Math.exp(-6 * (push - 1)));
        float[] gradient = new float[WIDTH];
        for (int i = 0; i < WIDTH; i++) {
            gradient[i] = (float) (RADIUS * (2 * ordinary * ORDINARY[i] + 3 * 6 * open * (1 - open) * GATED[i]));
        }
        return new Objective.Ascent(ordinary * ordinary + 3 * open, gradient);
    };

    @Test
    void findsAGateThatIsFlatWhereNothingIsAdded() {
        List<Ascents.Found> found = search(new Ascents(WIDTH, 15, 0), 4);

        assertThat(found).anySatisfy(f -> assertThat(dot(f.direction(), GATED)).isGreaterThan(0.7));
        assertThat(PLANTED.at(new float[WIDTH]).gradient())
                .as("the slope at no push")
                .satisfies(slope -> assertThat(dot(slope, GATED)).isLessThan(0.2));
    }

    @Test
    void makesDirectionsOfLengthOneThatAreOrthogonal() {
        List<Ascents.Found> found = search(new Ascents(WIDTH, 9, 3), 6);

        for (int i = 0; i < found.size(); i++) {
            for (int j = 0; j <= i; j++) {
                assertThat(dot(found.get(i).direction(), found.get(j).direction()))
                        .isCloseTo(i == j ? 1 : 0, within(1e-5));
            }
        }
    }

    @Test
    void findsTheSameAgainAndGoesOnFromWhatWasKept() {
        Ascents ascents = new Ascents(WIDTH, 9, 5);
        List<Ascents.Found> once = search(ascents, 3);

        Ascents.Found third = ascents.next(
                once.subList(0, 2).stream().map(Ascents.Found::direction).toList(), PLANTED);

        assertThat(third.direction()).containsExactly(once.getLast().direction());
        assertThat(search(new Ascents(WIDTH, 9, 6), 1).getFirst().direction())
                .isNotEqualTo(once.getFirst().direction());
    }

    @Test
    void climbsAboveWhereItBegan() {
        double climbed = search(new Ascents(WIDTH, 15, 0), 1).getFirst().gain();
        double began = search(new Ascents(WIDTH, 1, 0), 1).getFirst().gain();

        assertThat(climbed).isGreaterThan(2 * began);
    }

    @Test
    void givesControlsThatAreOrthogonalToo() {
        Ascents ascents = new Ascents(WIDTH, 1, 0);
        float[] first = ascents.control(List.of());
        float[] second = ascents.control(List.of(first));

        assertThat(dot(first, second)).isCloseTo(0, within(1e-5));
        assertThat(dot(second, second)).isCloseTo(1, within(1e-5));
    }

    private static List<Ascents.Found> search(Ascents ascents, int directions) {
        List<Ascents.Found> found = new ArrayList<>();
        while (found.size() < directions) {
            found.add(ascents.next(found.stream().map(Ascents.Found::direction).toList(), PLANTED));
        }
        return found;
    }

    private static float[] unit(long seed) {
        return new Ascents(WIDTH, 1, new Random(seed).nextInt(1000)).control(List.of());
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}

package io.concordance.registry.study;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.study.Study;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** The directions that an arm is steered along, as values. */
final class SteeringDirections {
    private final StudyObjects objects;

    SteeringDirections(StudyObjects objects) {
        this.objects = objects;
    }

    /**
     * {@code [n, d]}, in the order of the arm's steers.
     *
     * @throws StudyFailure when one is not what the study says it is
     */
    List<float[]> of(Study.Arm arm) {
        List<float[]> directions = new ArrayList<>();
        for (Study.Steer steer : Objects.requireNonNull(arm.steer())) {
            directions.add(direction(steer));
        }
        return directions;
    }

    private float[] direction(Study.Steer steer) {
        List<Double> vector = steer.vector();
        if (vector != null) {
            float[] values = new float[vector.size()];
            for (int c = 0; c < values.length; c++) {
                values[c] = vector.get(c).floatValue();
            }
            return values;
        }
        Study.Stored stored = steer.direction();
        if (stored != null) {
            return objects.direction(stored);
        }
        Study.FeatureRef feature = Objects.requireNonNull(steer.feature());
        Dictionary dictionary = objects.dictionary(feature.dictionary());
        if (feature.index() < 0 || feature.index() >= dictionary.features()) {
            throw new StudyFailure("feature " + feature.index() + " to steer along is not in dictionary "
                    + feature.dictionary() + " of " + dictionary.features() + " features");
        }
        int from = feature.index() * dictionary.width();
        return Arrays.copyOfRange(dictionary.decoder(), from, from + dictionary.width());
    }

    /** The largest cosine, by size, of a row of {@code d} values from {@code at} on with any of the directions. */
    static double nearest(float[] rows, int at, List<float[]> directions) {
        double nearest = 0;
        for (float[] direction : directions) {
            double dot = 0;
            double own = 0;
            double other = 0;
            for (int c = 0; c < direction.length; c++) {
                dot += (double) direction[c] * rows[at + c];
                own += (double) direction[c] * direction[c];
                other += (double) rows[at + c] * rows[at + c];
            }
            double cosine = own > 0 && other > 0 ? dot / Math.sqrt(own * other) : 0;
            nearest = Math.abs(cosine) > Math.abs(nearest) ? cosine : nearest;
        }
        return nearest;
    }
}

package io.concordance.capture.job;

import io.concordance.capture.intervention.Intervention.Direction;
import io.concordance.contracts.event.ObjectRef;
import io.concordance.contracts.search.DirectionsFile;
import java.util.List;

/**
 * What a finished slice of a search found. Directions are files that interventions can name.
 *
 * @param radius length in units of {@code norm}, the mean length of the stream at the source
 * @param object a {@link DirectionsFile} with all of them
 * @param controls as many directions that were drawn and not searched
 */
public record FoundDirections(
        int slice, double radius, double norm, ObjectRef object, List<Found> directions, List<Direction> controls) {

    /** @param gain how much changes along it */
    public record Found(Direction direction, double gain) {}

    public FoundDirections {
        directions = List.copyOf(directions);
        controls = List.copyOf(controls);
    }
}

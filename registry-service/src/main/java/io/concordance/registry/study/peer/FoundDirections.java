package io.concordance.registry.study.peer;

import io.concordance.contracts.study.Study;
import java.util.List;

/** What a search job found, by radius. */
public record FoundDirections(List<Radius> items) {

    /**
     * @param radius length in units of {@code norm}, the mean length of the stream where directions are added
     * @param controls as many directions that were drawn and not searched
     */
    public record Radius(int slice, double radius, double norm, List<Found> directions, List<Study.Stored> controls) {}

    public record Found(Study.Stored direction, double gain) {}
}

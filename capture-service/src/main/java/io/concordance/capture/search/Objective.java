package io.concordance.capture.search;

/** What a search makes large: a function of directions of length 1. */
@FunctionalInterface
public interface Objective {

    /**
     * @param gradient of the value with respect to the direction, {@code [width]}
     */
    @SuppressWarnings("ArrayRecordComponent") // read where it is made
    record Ascent(double value, float[] gradient) {}

    /** @param direction of length 1, {@code [width]} */
    Ascent at(float[] direction);
}

package io.concordance.contracts.event;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What the dictionary, in the form in which it ships, does to rows of slices that the run never trains on.
 *
 * @param step optimiser steps done when it was looked at
 * @param rows how many rows, all of held-out slices
 * @param fvu fraction of variance about their mean unexplained: 1 for predicting the mean, 0 for identity
 * @param l0 mean number of active features a row
 * @param cosine mean cosine between row and reconstruction
 * @param alive share of features that fired on at least one of the rows
 */
@JsonIgnoreProperties(value = "explained", allowGetters = true)
public record HeldOutMetrics(
        long step, long rows, double fvu, double l0, double cosine, double alive, FiringDensity density) {

    /** Fraction of variance explained, {@code 1 - fvu}. */
    @JsonProperty
    public double explained() {
        return 1 - fvu;
    }
}

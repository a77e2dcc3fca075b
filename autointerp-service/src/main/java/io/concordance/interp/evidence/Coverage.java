package io.concordance.interp.evidence;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * How much of an arm a dictionary reconstructs. Residual e = x - x̂, of what the dictionary reads.
 *
 * @param rows that the figures are of
 * @param fvu sum of |e|² over the rows, as a share of the sum of |x - mean of the arm|²
 * @param residualNorm mean of |e|
 * @param inputNorm root of the mean of |x|²
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Coverage(
        String arm,
        String kind,
        long rows,
        @Nullable Estimate fvu,
        @Nullable Estimate residualNorm,
        double inputNorm) {

    /**
     * A value with its 95 % interval, by Student's t on the pseudo-values of a jackknife that leaves out a tenth of the
     * documents at a time (Efron and Tibshirani 1993, chapter 11).
     *
     * @param groups of documents that had rows; with fewer than two there is no interval
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Estimate(
            double value, @Nullable Double low, @Nullable Double high, int groups) {}
}

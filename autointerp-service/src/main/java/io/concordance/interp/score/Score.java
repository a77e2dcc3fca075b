package io.concordance.interp.score;

import org.jspecify.annotations.Nullable;

/**
 * One score of one label.
 *
 * @param estimate null when there was nothing to compute it from; {@code missing} says why
 * @param n windows that were judged, parse failures not among them
 * @param parseFailures windows whose answer could not be read; they count neither for nor against the label
 */
public record Score(
        @Nullable Estimate estimate,
        int n,
        int parseFailures,
        @Nullable String missing) {

    /** With its 95 % interval. */
    public record Estimate(double value, double low, double high) {}

    static Score of(double value, double low, double high, int n, int parseFailures) {
        return new Score(new Estimate(value, low, high), n, parseFailures, null);
    }

    static Score missing(int n, int parseFailures, String reason) {
        return new Score(null, n, parseFailures, reason);
    }
}

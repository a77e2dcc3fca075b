package io.concordance.contracts.statistics;

/**
 * How much more often something holds in a first than in a second trial of the same units, with the 95 % interval of
 * Agresti and Min (2005): Wald's for paired proportions after half a unit was added to each of the four cells.
 *
 * @param n units, each tried both ways
 * @param onlyFirst units for which it holds in the first trial alone; likewise {@code onlySecond}
 * @param difference {@code (onlyFirst - onlySecond) / n}, or NaN when n is 0
 */
public record PairedDifference(long n, long onlyFirst, long onlySecond, double difference, double low, double high) {
    private static final double Z = 1.959963984540054;
    private static final double ADDED = 0.5;
    private static final int CELLS = 4;

    public static PairedDifference of(long onlyFirst, long onlySecond, long n) {
        if (onlyFirst < 0 || onlySecond < 0 || onlyFirst + onlySecond > n) {
            throw new IllegalArgumentException(onlyFirst + " and " + onlySecond + " of " + n);
        }
        if (n == 0) {
            return new PairedDifference(0, 0, 0, Double.NaN, -1, 1);
        }
        double units = n + CELLS * ADDED;
        double first = (onlyFirst + ADDED) / units;
        double second = (onlySecond + ADDED) / units;
        double centre = first - second;
        double reach = Z * Math.sqrt((first + second - centre * centre) / units);
        return new PairedDifference(
                n,
                onlyFirst,
                onlySecond,
                (double) (onlyFirst - onlySecond) / n,
                Math.max(-1, centre - reach),
                Math.min(1, centre + reach));
    }
}

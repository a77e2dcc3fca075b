package io.concordance.contracts.statistics;

/**
 * Smoothed log odds ratio of firing on bad against ok documents, with its 95 % interval (Haldane-Anscombe: one half is
 * added to every cell).
 */
public record LogOdds(double value, double low, double high) {
    private static final double Z = 1.959963984540054;

    /**
     * @param badFiring of {@code bad} bad documents, how many fired
     * @param okFiring of {@code ok} ok documents, how many fired
     */
    public static LogOdds of(int badFiring, int bad, int okFiring, int ok) {
        double a = badFiring + 0.5;
        double b = bad - badFiring + 0.5;
        double c = okFiring + 0.5;
        double d = ok - okFiring + 0.5;
        double value = Math.log(a * d / (b * c));
        double spread = Z * Math.sqrt(1 / a + 1 / b + 1 / c + 1 / d);
        return new LogOdds(value, value - spread, value + spread);
    }
}

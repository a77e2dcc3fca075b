package io.concordance.contracts.statistics;

/**
 * Cohen's kappa of two raters over two classes, items weighted by 1 / the probability that they were chosen.
 *
 * @param value NaN when both raters use one class only; 95 % interval by the large-sample standard error
 *     sqrt(po (1 - po) / n) / (1 - pe) at the effective number of items
 * @param n items both raters labelled
 */
public record Kappa(double value, double low, double high, int n) {
    private static final double Z = 1.959963984540054;

    public static Kappa of(boolean[] first, boolean[] second, double[] weights) {
        double sum = 0;
        double squares = 0;
        double agree = 0;
        double firstYes = 0;
        double secondYes = 0;
        for (int i = 0; i < first.length; i++) {
            sum += weights[i];
            squares += weights[i] * weights[i];
            agree += first[i] == second[i] ? weights[i] : 0;
            firstYes += first[i] ? weights[i] : 0;
            secondYes += second[i] ? weights[i] : 0;
        }
        if (first.length == 0) {
            return new Kappa(Double.NaN, -1, 1, 0);
        }
        double observed = agree / sum;
        double a = firstYes / sum;
        double b = secondYes / sum;
        double expected = a * b + (1 - a) * (1 - b);
        if (expected >= 1) {
            return new Kappa(Double.NaN, -1, 1, first.length);
        }
        double value = (observed - expected) / (1 - expected);
        double spread = Z * Math.sqrt(observed * (1 - observed) * squares / (sum * sum)) / (1 - expected);
        return new Kappa(value, Math.max(-1, value - spread), Math.min(1, value + spread), first.length);
    }
}

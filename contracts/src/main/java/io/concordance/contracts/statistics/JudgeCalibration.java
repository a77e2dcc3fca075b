package io.concordance.contracts.statistics;

import io.concordance.contracts.problem.FieldProblem;
import java.util.List;
import java.util.Objects;

/**
 * What a judge is worth in one arm, and what its rate there becomes once corrected. A judge errs differently where texts are
 * written differently, so a calibration holds for the arm that its labels come from and for no other.
 */
public final class JudgeCalibration {
    /** Human labels of either class below which nothing is corrected. */
    public static final int FEWEST_LABELS = 100;

    private static final double Z = 1.959963984540054;

    private final List<JudgedPair> pairs;
    private final WeightedShare sensitivity;
    private final WeightedShare specificity;

    private JudgeCalibration(List<JudgedPair> pairs) {
        this.pairs = pairs;
        this.sensitivity = share(pairs, true);
        this.specificity = share(pairs, false);
    }

    /** @param pairs every labelled item of the arm */
    public static JudgeCalibration of(List<JudgedPair> pairs) {
        return new JudgeCalibration(List.copyOf(pairs));
    }

    private static WeightedShare share(List<JudgedPair> pairs, boolean human) {
        List<JudgedPair> of = pairs.stream()
                .filter(p -> p.human() == human && p.judge() != null)
                .toList();
        boolean[] hits = new boolean[of.size()];
        double[] weights = new double[of.size()];
        for (int i = 0; i < hits.length; i++) {
            hits[i] = Objects.equals(of.get(i).judge(), human);
            weights[i] = of.get(i).weight();
        }
        return WeightedShare.of(hits, weights);
    }

    /** Share of what people call positive that the judge calls so, among readable verdicts. */
    public WeightedShare sensitivity() {
        return sensitivity;
    }

    /** Share of what people call negative that the judge calls so, among readable verdicts. */
    public WeightedShare specificity() {
        return specificity;
    }

    /** Why nothing can be corrected yet; empty when it can. */
    public String shortfall() {
        return sensitivity.items() >= FEWEST_LABELS && specificity.items() >= FEWEST_LABELS
                ? ""
                : sensitivity.items() + " positive and " + specificity.items() + " negative human labels, at least "
                        + FEWEST_LABELS + " of each are needed";
    }

    private void require() {
        if (!shortfall().isEmpty()) {
            throw new FieldProblem("labels", null, shortfall());
        }
    }

    /**
     * The rate among items with a readable verdict: p = (q + Sp - 1) / (Se + Sp - 1) (Rogan and Gladen 1978), with the interval of
     * Lang and Reiczigel (2014), which adjusts counts before it linearises and holds near 0 and 1 too.
     *
     * @param positive of {@code readable} verdicts of the arm, how many are positive
     * @throws FieldProblem with too few labels, or when the judge is no better than chance
     */
    public CorrectedRate roganGladen(long positive, long readable) {
        require();
        double information = sensitivity.value() + specificity.value() - 1;
        if (!(information > 0)) {
            throw new FieldProblem(
                    "judge", "sensitivity + specificity - 1 = " + information, "a judge better than chance");
        }
        double value = ((double) positive / readable + specificity.value() - 1) / information;
        double n = readable + Z * Z;
        double q = (positive + Z * Z / 2) / n;
        double nSe = sensitivity.effective() + 2;
        double nSp = specificity.effective() + 2;
        double se = (sensitivity.value() * sensitivity.effective() + 1) / nSe;
        double sp = (specificity.value() * specificity.effective() + 1) / nSp;
        double adjusted = Math.max(information / 100, se + sp - 1);
        double p = (q + sp - 1) / adjusted;
        double ofSe = se * (1 - se) / nSe;
        double ofSp = sp * (1 - sp) / nSp;
        double shift = 2 * Z * Z * (p * ofSe - (1 - p) * ofSp);
        double spread = Z * Math.sqrt(q * (1 - q) / n + p * p * ofSe + (1 - p) * (1 - p) * ofSp) / adjusted;
        return new CorrectedRate(
                "rogan-gladen",
                clamp(value),
                Math.min(clamp(value), clamp(p + shift - spread)),
                Math.max(clamp(value), clamp(p + shift + spread)),
                readable,
                sensitivity.items(),
                specificity.items());
    }

    /**
     * The rate among all items: mean of verdicts + weighted mean of (human - verdict) (prediction-powered inference,
     * Angelopoulos et al. 2023), where an unreadable verdict counts as one half on both sides, so that it biases neither way.
     * Two made-up labels, one wrong in each direction, keep the interval open where a judge was never seen to err.
     *
     * @param positive of {@code items} verdicts of the arm, how many are positive
     * @param unreadable how many could not be read
     * @throws FieldProblem with too few labels
     */
    public CorrectedRate predictionPowered(long positive, long unreadable, long items) {
        require();
        double mean = (positive + unreadable / 2d) / items;
        double square = (positive + unreadable / 4d) / items;
        double weights = 0;
        double sum = 0;
        for (JudgedPair pair : pairs) {
            weights += pair.weight();
            sum += pair.weight() * error(pair);
        }
        double error = sum / weights;
        double spread = 0;
        for (JudgedPair pair : pairs) {
            double off = pair.weight() * (error(pair) - error) / weights;
            spread += off * off;
        }
        spread += 2d / ((double) pairs.size() * pairs.size());
        double value = mean + error;
        double half = Z * Math.sqrt((square - mean * mean) / items + spread);
        return new CorrectedRate(
                "prediction-powered",
                clamp(value),
                clamp(value - half),
                clamp(value + half),
                items,
                sensitivity.items(),
                specificity.items());
    }

    private static double error(JudgedPair pair) {
        Boolean judge = pair.judge();
        return (pair.human() ? 1 : 0) - (judge == null ? 0.5 : judge ? 1 : 0);
    }

    private static double clamp(double rate) {
        return Math.clamp(rate, 0, 1);
    }
}

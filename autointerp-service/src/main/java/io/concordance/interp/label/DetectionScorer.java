package io.concordance.interp.label;

import io.concordance.contracts.statistics.Auroc;
import io.concordance.contracts.statistics.Proportion;
import io.concordance.interp.evidence.Background;
import io.concordance.interp.evidence.BackgroundSite;
import io.concordance.interp.evidence.Example;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Asks a rule to tell drawn firings from tokens a feature is silent on, both from the score split. For a yes-or-no rule
 * the area under its ROC curve is its balanced accuracy, so the interval is DeLong's.
 */
public final class DetectionScorer {
    public static final String KIND = "detection-balanced-accuracy";

    /** With fewer firings an interval says nothing. */
    public static final int FEWEST_FIRINGS = 5;

    private final List<BackgroundSite> uniform;
    private final List<BackgroundSite> all;

    public DetectionScorer(Background background) {
        this.uniform = background.uniform();
        this.all = new ArrayList<>(uniform);
        all.addAll(background.stratified());
    }

    /**
     * @param value balanced accuracy, (hits / firings + rejections / silent) / 2
     * @param low 95 % DeLong bound; {@code high} the other
     */
    public record Detection(double value, double low, double high, Proportion hits, Proportion rejections) {
        public int n() {
            return Math.toIntExact(hits.n() + rejections.n());
        }
    }

    /** The score against uniform silent tokens; null with too few firings or no silent token. */
    public @Nullable Detection score(Rule rule, int feature, List<Example> firings) {
        return score(
                rule, firings, uniform.stream().filter(s -> !s.fires(feature)).toList());
    }

    /** The harder score: silent tokens with the same ids as the firings. */
    public @Nullable Detection scoreOnSameTokens(Rule rule, int feature, List<Example> firings) {
        Set<Integer> tokens = firings.stream().map(Example::token).collect(Collectors.toSet());
        return score(
                rule,
                firings,
                all.stream()
                        .filter(s -> tokens.contains(s.token()) && !s.fires(feature))
                        .toList());
    }

    private static @Nullable Detection score(Rule rule, List<Example> firings, List<BackgroundSite> silent) {
        if (firings.size() < FEWEST_FIRINGS || silent.size() < FEWEST_FIRINGS) {
            return null;
        }
        double[] positive =
                firings.stream().mapToDouble(f -> rule.predicts(f) ? 1 : 0).toArray();
        double[] negative =
                silent.stream().mapToDouble(s -> rule.predicts(s) ? 1 : 0).toArray();
        Auroc area = Auroc.of(positive, negative);
        return new Detection(
                area.area(),
                area.low(),
                area.high(),
                Proportion.of((long) sum(positive), positive.length),
                Proportion.of((long) (negative.length - sum(negative)), negative.length));
    }

    private static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }
}

package io.concordance.registry.study.causal;

import io.concordance.contracts.attribution.AttributionFile;
import io.concordance.contracts.event.FeatureAttributed.Gradient;
import io.concordance.contracts.statistics.MeanInterval;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Means over transcripts of what gradients say of every feature; a feature that is silent on one counts 0 there. */
public final class GradientMeans {
    private final Map<Integer, Sums> byFeature = new TreeMap<>();
    private int transcripts;
    private int steps;

    private static final class Sums {
        private double effect;
        private double squares;
        private double integrated;
        private double activation;
        private int firing;
    }

    /**
     * A feature among all.
     *
     * @param activation mean over transcripts on which it fires of its largest activation
     */
    public record Ranked(int feature, Gradient gradient, double activation) {}

    public void add(AttributionFile.Attributions file) {
        steps = file.header().steps();
        for (AttributionFile.Row row : file.rows()) {
            transcripts++;
            for (int f = 0; f < row.features().length; f++) {
                Sums sums = byFeature.computeIfAbsent(row.features()[f], feature -> new Sums());
                double effect = row.gradient()[f];
                sums.effect += effect;
                sums.squares += effect * effect;
                sums.integrated += steps == 0 ? 0 : row.integrated()[f];
                sums.activation += row.activation()[f];
                sums.firing++;
            }
        }
    }

    public int transcripts() {
        return transcripts;
    }

    /** Features that fire on some transcript, the largest of effect and integrated effect first, then by index. */
    public List<Ranked> ranked() {
        if (transcripts < 2) {
            return List.of();
        }
        List<Map.Entry<Integer, Sums>> order = byFeature.entrySet().stream()
                .sorted(Comparator.comparingDouble((Map.Entry<Integer, Sums> entry) -> -larger(entry.getValue()))
                        .thenComparing(Map.Entry::getKey))
                .toList();
        List<Ranked> ranked = new ArrayList<>();
        for (int i = 0; i < order.size(); i++) {
            Sums sums = order.get(i).getValue();
            MeanInterval effect = MeanInterval.ofSums(transcripts, sums.effect, sums.squares);
            Gradient gradient = new Gradient(
                    transcripts,
                    effect.mean(),
                    effect.low(),
                    effect.high(),
                    steps == 0 ? null : sums.integrated / transcripts,
                    steps,
                    i + 1);
            ranked.add(new Ranked(order.get(i).getKey(), gradient, sums.activation / sums.firing));
        }
        return ranked;
    }

    private double larger(Sums sums) {
        return steps == 0 ? sums.effect : Math.max(sums.effect, sums.integrated);
    }
}

package io.concordance.interp.label;

import io.concordance.interp.evidence.Example;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The firings that a rule is learnt from. Each counts by its share of all their activation, so that weak ones say little. */
final class Firing {
    private final List<Example> examples;
    private final List<Set<Condition>> conditions;
    private final double[] weights;

    Firing(List<Example> examples) {
        this.examples = examples;
        this.conditions = examples.stream()
                .<Set<Condition>>map(e -> new LinkedHashSet<>(Contrast.conditions(e)))
                .toList();
        double sum = examples.stream().mapToDouble(Example::value).sum();
        this.weights = examples.stream().mapToDouble(e -> e.value() / sum).toArray();
    }

    int size() {
        return examples.size();
    }

    /** Share of activation that lies on each token, in order of first appearance. */
    Map<Integer, Double> tokens() {
        Map<Integer, Double> shares = new LinkedHashMap<>();
        for (int i = 0; i < examples.size(); i++) {
            shares.merge(examples.get(i).token(), weights[i], Double::sum);
        }
        return shares;
    }

    /** Share of activation that a rule covers. */
    double covered(List<Condition> rule) {
        Rule all = new Rule(rule);
        double covered = 0;
        for (int i = 0; i < examples.size(); i++) {
            covered += all.predicts(examples.get(i)) ? weights[i] : 0;
        }
        return covered;
    }

    /**
     * Simple conditions that hold on at least {@code least} of the activation that a rule covers.
     *
     * @return what the rule would cover with each, in a fixed order
     */
    Map<Condition, Double> common(List<Condition> rule, double least) {
        Rule all = new Rule(rule);
        Map<Condition, Double> shares = new LinkedHashMap<>();
        double covered = 0;
        for (int i = 0; i < examples.size(); i++) {
            if (all.predicts(examples.get(i))) {
                double weight = weights[i];
                covered += weight;
                conditions.get(i).forEach(c -> shares.merge(c, weight, Double::sum));
            }
        }
        double enough = least * covered;
        shares.values().removeIf(share -> share < enough);
        return shares;
    }

    /** How many of the firings are on each token. */
    Map<Integer, Integer> counts() {
        Map<Integer, Integer> counts = new HashMap<>();
        examples.forEach(e -> counts.merge(e.token(), 1, Integer::sum));
        return counts;
    }
}

package io.concordance.bench.strategies;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Figures of several organisms: for each the organism that does worst, and beside it what all came to. */
final class WorstOrganism {
    private final Map<String, List<Figure>> figures = new LinkedHashMap<>();

    /** @param shortfall how far the organism is from the goal; higher is worse */
    private record Figure(Organism organism, double shortfall, String seen, String goal, boolean holds) {}

    void add(String what, Organism organism, double shortfall, String seen, String goal, boolean holds) {
        figures.computeIfAbsent(what, each -> new ArrayList<>())
                .add(new Figure(organism, shortfall, seen, goal, holds));
    }

    /** A row of goals for each figure that more than one organism has: organism, what, seen, goal, whether it holds. */
    List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        figures.forEach((what, all) -> {
            if (all.size() > 1) {
                rows.add(row(what, all));
            }
        });
        return rows;
    }

    private static List<String> row(String what, List<Figure> all) {
        Figure worst = all.getFirst();
        for (Figure figure : all) {
            worst = figure.shortfall > worst.shortfall ? figure : worst;
        }
        Figure last = worst;
        String others = all.stream()
                .filter(figure -> figure != last)
                .map(figure -> figure.organism.shown() + " " + figure.seen)
                .collect(Collectors.joining("; "));
        return List.of(
                "worst: " + worst.organism.shown(),
                what,
                worst.seen + "; the others: " + others,
                worst.goal,
                all.stream().allMatch(Figure::holds) ? "yes" : "no");
    }
}

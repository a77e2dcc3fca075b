package io.concordance.registry.study.causal;

import io.concordance.contracts.attribution.AttributionFile;
import io.concordance.contracts.statistics.MeanInterval;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Which removals to try. First every feature alone and all together. Where none alone lowers m but all together do, because
 * each does what another does, halves of the group, and the group without each quarter, are tried until none of them shows
 * the effect.
 */
public final class Removals {
    private static final int PARTS = 4;
    private static final int MOST_ROUNDS = 12;

    private Removals() {}

    /** What removing features together did to m. */
    public record Removal(List<Integer> features, MeanInterval effect) {
        public Removal {
            features = List.copyOf(features);
        }

        /** Whether the removal makes the action less likely. */
        public boolean works() {
            return effect.low() > 0;
        }
    }

    /** The first round. */
    public static List<List<Integer>> first(List<Integer> features) {
        List<List<Integer>> groups = new ArrayList<>();
        features.forEach(feature -> groups.add(List.of(feature)));
        if (features.size() > 1) {
            groups.add(features.stream().sorted().toList());
        }
        return groups;
    }

    /** The next round; empty when there is nothing more to find out. */
    public static Optional<List<List<Integer>>> next(List<List<Removal>> rounds) {
        if (rounds.isEmpty() || alone(rounds).stream().anyMatch(Removal::works)) {
            return Optional.empty();
        }
        return rounds.size() == MOST_ROUNDS
                ? Optional.empty()
                : best(rounds.getLast())
                        .filter(group -> group.features.size() > 2)
                        .map(group -> smaller(group.features));
    }

    /** Its halves, and what stays of it without each quarter: two features that need each other are in some of these. */
    private static List<List<Integer>> smaller(List<Integer> group) {
        int size = group.size();
        List<List<Integer>> groups = new ArrayList<>();
        if (size > PARTS) {
            groups.add(group.subList(0, size / 2));
            groups.add(group.subList(size / 2, size));
        }
        int parts = Math.min(PARTS, size);
        for (int part = 0; part < parts; part++) {
            List<Integer> rest = new ArrayList<>(group.subList(0, part * size / parts));
            rest.addAll(group.subList((part + 1) * size / parts, size));
            groups.add(rest);
        }
        return groups;
    }

    /** The smallest group that works, of several the one with the largest effect. */
    private static Optional<Removal> best(List<Removal> round) {
        return round.stream()
                .filter(removal -> removal.features.size() > 1 && removal.works())
                .min(Comparator.comparingInt((Removal removal) -> removal.features.size())
                        .thenComparingDouble(removal -> -removal.effect.mean()));
    }

    /** Every feature alone, the largest effect first. */
    public static List<Removal> alone(List<List<Removal>> rounds) {
        return rounds.getFirst().stream()
                .filter(removal -> removal.features.size() == 1)
                .sorted(Comparator.comparingDouble((Removal removal) -> -removal.effect.mean())
                        .thenComparing(removal -> removal.features.getFirst()))
                .toList();
    }

    /** The smallest group found that works where none of its features does alone. */
    public static Optional<Removal> group(List<List<Removal>> rounds) {
        return alone(rounds).stream().anyMatch(Removal::works)
                ? Optional.empty()
                : rounds.reversed().stream()
                        .map(Removals::best)
                        .flatMap(Optional::stream)
                        .findFirst();
    }

    /**
     * Effects by group over all transcripts of some files.
     *
     * @param files of one job, with ablations, at least two transcripts in all
     */
    public static List<Removal> of(List<AttributionFile.Attributions> files) {
        List<List<Integer>> groups = files.getFirst().header().groups();
        if (groups == null) {
            throw new IllegalArgumentException("attributions without ablations");
        }
        List<Removal> removals = new ArrayList<>();
        for (int g = 0; g < groups.size(); g++) {
            int column = g;
            double[] effects = files.stream()
                    .flatMap(file -> file.rows().stream())
                    .mapToDouble(row -> row.effects()[column])
                    .toArray();
            removals.add(new Removal(groups.get(g), MeanInterval.of(effects)));
        }
        return removals;
    }
}

package io.concordance.contracts.statistics;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/**
 * An order to label items in, such that after any number of them each labelled item's chance of being among them is known
 * (priority sampling, Duffield, Lund and Thorup 2007). An item comes by falling {@code size / draw}; with t the priority of
 * the first one left out, it was chosen with probability min(1, size / t).
 */
public final class PrioritySample {
    private PrioritySample() {}

    /**
     * @param size how much likelier than others to come early
     * @param draw uniform in (0, 1], independent of everything else
     */
    public record Entry<T>(T item, double size, double draw) {
        double priority() {
            return size / draw;
        }
    }

    /** An item and 1 / its probability of having been chosen. */
    public record Chosen<T>(T item, double weight) {}

    /** In the order of labelling. */
    public static <T> List<Entry<T>> order(List<Entry<T>> entries) {
        return entries.stream()
                .sorted(Comparator.comparingDouble((Entry<T> e) -> -e.priority()))
                .toList();
    }

    /** The items that are finished before the first unfinished one; what was finished out of turn waits for its turn. */
    public static <T> List<Chosen<T>> chosen(List<Entry<T>> entries, Predicate<T> finished) {
        List<Entry<T>> ordered = order(entries);
        int size = 0;
        while (size < ordered.size() && finished.test(ordered.get(size).item())) {
            size++;
        }
        double threshold = size == ordered.size() ? 0 : ordered.get(size).priority();
        List<Chosen<T>> chosen = new ArrayList<>();
        for (Entry<T> entry : ordered.subList(0, size)) {
            chosen.add(new Chosen<>(entry.item(), Math.max(1, threshold / entry.size())));
        }
        return chosen;
    }
}

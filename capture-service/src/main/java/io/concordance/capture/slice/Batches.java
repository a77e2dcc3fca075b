package io.concordance.capture.slice;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Groups documents of like length, so that little of a model run is padding. */
final class Batches {
    private Batches() {}

    /**
     * Batches of at most {@code budget} tokens, padding included, or of one document that is longer alone. The grouping
     * depends on the lengths only. Documents without tokens are in none.
     *
     * @param lengths tokens of each document
     * @param padding false when only documents of one length may share a batch
     * @return indices into {@code lengths}, each at most once
     */
    static List<List<Integer>> of(int[] lengths, int budget, boolean padding) {
        List<Integer> order = IntStream.range(0, lengths.length)
                .filter(i -> lengths[i] > 0)
                .boxed()
                .sorted(Comparator.<Integer>comparingInt(i -> lengths[i]).thenComparing(i -> i))
                .toList();
        List<List<Integer>> batches = new ArrayList<>();
        List<Integer> batch = new ArrayList<>();
        for (int document : order) {
            boolean fits = (long) (batch.size() + 1) * lengths[document] <= budget
                    && (padding || lengths[batch.isEmpty() ? document : batch.getFirst()] == lengths[document]);
            if (!batch.isEmpty() && !fits) {
                batches.add(batch);
                batch = new ArrayList<>();
            }
            batch.add(document);
        }
        if (!batch.isEmpty()) {
            batches.add(batch);
        }
        return batches;
    }
}

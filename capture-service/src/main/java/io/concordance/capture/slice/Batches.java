package io.concordance.capture.slice;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Groups documents of like length, so that little of a model run is padding. */
final class Batches {
    /** What one run of the model costs beside its tokens, in tokens. */
    private static final int RUN_COST = 128;

    private Batches() {}

    /**
     * Batches of at most {@code budget} tokens, padding included, or of one document that is longer alone, so that
     * tokens run plus {@value #RUN_COST} for each batch are fewest over all ways to cut the documents in order of length.
     * The grouping depends on the lengths only. Documents without tokens are in none.
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
        int[] sorted = order.stream().mapToInt(i -> lengths[i]).toArray();
        int[] begin = begins(sorted, budget, padding);
        List<List<Integer>> batches = new ArrayList<>();
        for (int end = sorted.length; end > 0; end = begin[end]) {
            batches.add(order.subList(begin[end], end));
        }
        return batches.reversed();
    }

    /** For every {@code end}, where the last batch begins when documents {@code [0, end)} are cut best. */
    private static int[] begins(int[] sorted, int budget, boolean padding) {
        int[] begin = new int[sorted.length + 1];
        long[] cost = new long[sorted.length + 1];
        for (int end = 1; end <= sorted.length; end++) {
            long longest = sorted[end - 1];
            begin[end] = end - 1;
            cost[end] = cost[end - 1] + longest + RUN_COST;
            for (int first = end - 2; first >= 0; first--) {
                long tokens = (end - first) * longest;
                if (tokens > budget || !padding && sorted[first] != longest) {
                    break;
                }
                if (cost[first] + tokens + RUN_COST <= cost[end]) {
                    begin[end] = first;
                    cost[end] = cost[first] + tokens + RUN_COST;
                }
            }
        }
        return begin;
    }
}

package io.concordance.trainer.kernel;

/** The last step of a selection over the whole batch. Not thread-safe. */
final class BatchCut {
    private final Ranks ranks = new Ranks();

    /** Sets the pairs from the {@code keep} largest of candidates in (row, feature) order; among equals the first win. */
    Selected keep(Candidates[] candidates, long keep, Pairs pairs) {
        float[][] lists = new float[candidates.length][];
        int[] counts = new int[candidates.length];
        for (int i = 0; i < lists.length; i++) {
            lists[i] = candidates[i].values;
            counts[i] = candidates[i].count;
        }
        float border = ranks.kthLargest(lists, counts, keep);
        long ties = keep;
        for (Candidates list : candidates) {
            for (int i = 0; i < list.count; i++) {
                if (list.values[i] > border) {
                    ties--;
                }
            }
        }
        int to = pairs.count();
        pairs.ensure(Math.toIntExact(to + keep));
        for (Candidates list : candidates) {
            for (int i = 0; i < list.count; i++) {
                float z = list.values[i];
                if (z > border || (z == border && ties-- > 0)) {
                    pairs.set(to++, list.rows[i], list.features[i], z);
                }
            }
        }
        pairs.end(to);
        return pairs.selected(0, border);
    }
}

package io.concordance.trainer.stream;

import java.util.Arrays;

/**
 * How often two rows of one document meet in a batch.
 *
 * @param batches batches counted
 * @param pairs pairs of rows of one document in them
 * @param rows rows read in the first epoch so far
 * @param documentPairs pairs of rows of one document among those
 */
public record PairCounts(long batches, long pairs, long rows, long documentPairs) {
    static final PairCounts NONE = new PairCounts(0, 0, 0, 0);

    /**
     * Share of the pairs of a batch that are of one document.
     *
     * @param rate as seen
     * @param ideal if all rows read in an epoch were shuffled together
     */
    public record Rate(double rate, double ideal) {
        /** How much more often than ideal; 1 where pairs of one document cannot be. */
        public double ratio() {
            return ideal > 0 ? rate / ideal : 1;
        }
    }

    /** One more batch. @param documents keys of its rows' documents, which are sorted */
    PairCounts batch(long[] documents) {
        Arrays.sort(documents);
        return new PairCounts(batches + 1, pairs + pairsOfRuns(documents), rows, documentPairs);
    }

    private static long pairsOfRuns(long[] sorted) {
        long found = 0;
        int start = 0;
        for (int i = 1; i <= sorted.length; i++) {
            if (i == sorted.length || sorted[i] != sorted[start]) {
                found += pairs(i - start);
                start = i;
            }
        }
        return found;
    }

    /** More rows of the first epoch. @param document index of every row's document, contiguous */
    PairCounts read(int[] document) {
        long found = 0;
        int start = 0;
        for (int i = 1; i <= document.length; i++) {
            if (i == document.length || document[i] != document[start]) {
                found += pairs(i - start);
                start = i;
            }
        }
        return new PairCounts(batches, pairs, rows + document.length, documentPairs + found);
    }

    private static long pairs(long n) {
        return n * (n - 1) / 2;
    }

    /** @param batch rows a batch, more than one for any pair to be */
    public Rate rate(int batch) {
        double possible = (double) batches * pairs(batch);
        double all = (double) rows * (rows - 1) / 2;
        return new Rate(possible > 0 ? pairs / possible : 0, all > 0 ? documentPairs / all : 0);
    }
}

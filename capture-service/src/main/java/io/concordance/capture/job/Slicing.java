package io.concordance.capture.job;

import io.concordance.capture.transcript.DocumentIndex;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Cuts arms into slices. The cut is a function of the transcripts and the settings: documents are taken in file order
 * until their estimated tokens fill a slice.
 *
 * @param tokens estimated tokens of a slice
 * @param documents most documents of a slice
 * @param bytes most bytes of the lines of a slice; one line may have more
 * @param charactersPerToken characters counted as one token
 * @param context tokens that at most are read of a document
 */
record Slicing(int tokens, int documents, long bytes, int charactersPerToken, int context) {

    /** Consecutive documents of one arm: those whose lines lie in {@code [fromByte, toByte)} of its file. */
    record Slice(int arm, int documents, long fromByte, long toByte) {}

    /**
     * All slices in the order of their numbers. Arms take turns in proportion: slice {@code k} of an arm of {@code n}
     * comes at {@code k / n} of the whole, earlier arms first.
     */
    List<Slice> cut(List<DocumentIndex> arms) {
        List<List<Slice>> slices = new ArrayList<>();
        for (int arm = 0; arm < arms.size(); arm++) {
            slices.add(cut(arm, arms.get(arm)));
        }
        int[] taken = new int[arms.size()];
        int total = slices.stream().mapToInt(List::size).sum();
        List<Slice> order = new ArrayList<>(total);
        while (order.size() < total) {
            int next = -1;
            for (int arm = 0; arm < taken.length; arm++) {
                boolean open = taken[arm] < slices.get(arm).size();
                if (open && (next < 0 || isBefore(taken, slices, arm, next))) {
                    next = arm;
                }
            }
            order.add(slices.get(next).get(taken[next]++));
        }
        return order;
    }

    /** The whole of one arm, several times over. */
    static List<Slice> repeated(DocumentIndex index, int times) {
        return Collections.nCopies(times, slice(0, index, 0, index.documents()));
    }

    private static boolean isBefore(int[] taken, List<List<Slice>> slices, int arm, int other) {
        return (long) taken[arm] * slices.get(other).size()
                < (long) taken[other] * slices.get(arm).size();
    }

    private List<Slice> cut(int arm, DocumentIndex index) {
        List<Slice> slices = new ArrayList<>();
        int first = 0;
        long estimate = 0;
        for (int document = 0; document < index.documents(); document++) {
            long size = Math.clamp(Math.ceilDiv(index.characters()[document], charactersPerToken), 1, context);
            boolean full = document > first
                    && (estimate + size > tokens
                            || document - first == documents
                            || index.ends()[document] - index.start(first) > bytes);
            if (full) {
                slices.add(slice(arm, index, first, document));
                first = document;
                estimate = 0;
            }
            estimate += size;
        }
        slices.add(slice(arm, index, first, index.documents()));
        return slices;
    }

    private static Slice slice(int arm, DocumentIndex index, int from, int to) {
        return new Slice(arm, to - from, index.start(from), index.ends()[to - 1]);
    }
}

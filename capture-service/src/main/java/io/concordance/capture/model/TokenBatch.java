package io.concordance.capture.model;

import java.util.List;

/**
 * Documents run together, padded on the right with id 0.
 *
 * @param length padded length of every row
 * @param lengths real tokens of each row, {@code [rows]}
 * @param ids {@code [rows, length]}
 */
public record TokenBatch(int length, int[] lengths, long[] ids) {

    /** Pads documents to the longest of them; each has at least one token. */
    public static TokenBatch of(List<int[]> documents) {
        int length = documents.stream().mapToInt(d -> d.length).max().orElseThrow();
        int[] lengths = documents.stream().mapToInt(d -> d.length).toArray();
        long[] ids = new long[documents.size() * length];
        for (int row = 0; row < lengths.length; row++) {
            for (int i = 0; i < lengths[row]; i++) {
                ids[row * length + i] = documents.get(row)[i];
            }
        }
        return new TokenBatch(length, lengths, ids);
    }

    public int rows() {
        return lengths.length;
    }

    long[] attentionMask() {
        long[] mask = new long[ids.length];
        for (int row = 0; row < rows(); row++) {
            for (int i = 0; i < lengths[row]; i++) {
                mask[row * length + i] = 1;
            }
        }
        return mask;
    }

    long[] positionIds() {
        long[] positions = new long[ids.length];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = i % length;
        }
        return positions;
    }
}

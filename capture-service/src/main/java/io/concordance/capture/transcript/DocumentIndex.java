package io.concordance.capture.transcript;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Where the documents of a file lie and how long they are.
 *
 * @param ends offset just past the line of each document, {@code [documents]}
 * @param characters length of the text that the model reads, {@code [documents]}
 */
public record DocumentIndex(long[] ends, int[] characters) {

    public int documents() {
        return ends.length;
    }

    /** Offset of a document's line; blank lines before it belong to it. */
    public long start(int document) {
        return document == 0 ? 0 : ends[document - 1];
    }

    /** The same documents, each read with more characters than it has. */
    public DocumentIndex lengthened(int more) {
        return more == 0
                ? this
                : new DocumentIndex(
                        ends,
                        Arrays.stream(characters)
                                .map(length -> (int) Math.min((long) length + more, Integer.MAX_VALUE))
                                .toArray());
    }

    byte[] toBytes() {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES + ends.length * (Long.BYTES + Integer.BYTES));
        bytes.putInt(ends.length);
        for (long end : ends) {
            bytes.putLong(end);
        }
        for (int length : characters) {
            bytes.putInt(length);
        }
        return bytes.array();
    }

    static DocumentIndex of(byte[] stored) {
        ByteBuffer bytes = ByteBuffer.wrap(stored);
        int documents = bytes.getInt();
        long[] ends = new long[documents];
        int[] characters = new int[documents];
        for (int i = 0; i < documents; i++) {
            ends[i] = bytes.getLong();
        }
        for (int i = 0; i < documents; i++) {
            characters[i] = bytes.getInt();
        }
        return new DocumentIndex(ends, characters);
    }
}

package io.concordance.contracts.transcript;

import io.concordance.contracts.digest.Digests;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The disjoint parts that documents are dealt into: half for explaining and screening, a quarter for calibrating
 * thresholds, a quarter for scoring and confirming. A function of (seed, document id) alone, so a document that several
 * arms or files hold falls in the same part in all of them.
 */
public enum DocumentSplit {
    EXPLAIN,
    CALIBRATE,
    SCORE;

    private static final int QUARTER_SHIFT = 62;

    /** The keyed hash that decides the split: the first 64 bits of SHA-256({@code seed + ":" + documentId}). */
    public static long key(long seed, String documentId) {
        byte[] hash = Digests.newDigest().digest((seed + ":" + documentId).getBytes(StandardCharsets.UTF_8));
        return ByteBuffer.wrap(hash).getLong();
    }

    public static DocumentSplit of(long key) {
        return switch ((int) (key >>> QUARTER_SHIFT)) {
            case 0, 1 -> EXPLAIN;
            case 2 -> CALIBRATE;
            default -> SCORE;
        };
    }

    /**
     * Whether a document of {@link #EXPLAIN} is of the half that linear probes are fitted on; the other half screens them.
     */
    public static boolean fits(long key) {
        return key >>> QUARTER_SHIFT == 0;
    }

    /** A pseudo-random order of a document's tokens that depends only on its key and the position (SplitMix64). */
    public static long priority(long key, int position) {
        long z = key + 0x9e3779b97f4a7c15L * (position + 1L);
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }

    public static Optional<DocumentSplit> named(String text) {
        return Arrays.stream(values())
                .filter(split -> split.text().equals(text))
                .findFirst();
    }

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}

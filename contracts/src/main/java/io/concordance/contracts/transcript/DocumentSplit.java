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

    public static Optional<DocumentSplit> named(String text) {
        return Arrays.stream(values())
                .filter(split -> split.text().equals(text))
                .findFirst();
    }

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}

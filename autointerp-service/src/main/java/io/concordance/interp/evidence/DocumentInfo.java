package io.concordance.interp.evidence;

import io.concordance.contracts.transcript.DocumentSplit;
import io.concordance.contracts.transcript.Outcome;

/**
 * One transcript as read in one arm.
 *
 * @param key see {@link DocumentSplit#key}
 */
public record DocumentInfo(Arm arm, String id, Outcome outcome, long key) implements Comparable<DocumentInfo> {

    /** By id, then name of the arm; documents of several outcomes or kinds of arm are not told apart. */
    @Override
    public int compareTo(DocumentInfo other) {
        int byId = id.compareTo(other.id);
        return byId != 0 ? byId : arm.name().compareTo(other.arm.name());
    }

    public DocumentSplit split() {
        return DocumentSplit.of(key);
    }

    /** What makes two readings the same document. */
    Identity identity() {
        return new Identity(arm, id);
    }

    record Identity(Arm arm, String id) {}
}

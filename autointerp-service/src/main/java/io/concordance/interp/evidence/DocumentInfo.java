package io.concordance.interp.evidence;

import io.concordance.contracts.transcript.Outcome;

/**
 * One transcript as read in one arm.
 *
 * @param key see {@link Split#key}
 */
public record DocumentInfo(Arm arm, String id, Outcome outcome, long key) {
    public Split split() {
        return Split.of(key);
    }

    /** What makes two readings the same document. */
    Identity identity() {
        return new Identity(arm, id);
    }

    record Identity(Arm arm, String id) {}
}

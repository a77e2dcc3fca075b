package io.concordance.contracts.feature;

import io.concordance.contracts.digest.Digests;

/** Stable feature ids: a function of the dictionary's digest and the feature's index, and of nothing else. */
public final class FeatureUids {
    private static final int HEX = 32;

    private FeatureUids() {}

    /** {@code f_} and the first 32 hex digits of SHA-256({@code dictionary + ":" + index}). */
    public static String of(String dictionary, int index) {
        return "f_" + Digests.hex(Digests.sha256(dictionary + ":" + index)).substring(0, HEX);
    }
}

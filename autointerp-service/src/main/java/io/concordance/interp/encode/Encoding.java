package io.concordance.interp.encode;

import io.concordance.contracts.dictionary.SparseEncoder;

/** Reads a dictionary's inputs, see {@link SparseEncoder#encodeInputs}. Not thread-safe: one a thread. */
@FunctionalInterface
public interface Encoding {
    /** Encodes rows {@code [0, count)} of {@code rows}, row-major {@code [count, width]}, in order of row, then feature. */
    void encode(float[] rows, int count, SparseEncoder.Sink sink);
}

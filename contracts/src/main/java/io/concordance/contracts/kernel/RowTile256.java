package io.concordance.contracts.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** {@link Tile256} for rows that are not packed, because they are read but once. */
final class RowTile256 {
    static final int ROWS = 6;
    static final int FEATURES = 16;
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_256;

    private RowTile256() {}

    /**
     * out[r, f] = sum over k of a[r, k] * w[k, f], one chain of fused multiply-adds from zero, k ascending.
     *
     * @param a rows as they are, [6, depth] from {@code ao}, {@code stride} apart (a
     *     power of two has them meet in the same lines of the cache)
     * @param w packed features, [depth, 16] from {@code wo}
     * @param out [6, 16]
     */
    static void multiply(float[] a, int ao, int stride, float[] w, int wo, int depth, float[] out) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector t0 = FloatVector.zero(SPECIES);
        FloatVector s1 = FloatVector.zero(SPECIES);
        FloatVector t1 = FloatVector.zero(SPECIES);
        FloatVector s2 = FloatVector.zero(SPECIES);
        FloatVector t2 = FloatVector.zero(SPECIES);
        FloatVector s3 = FloatVector.zero(SPECIES);
        FloatVector t3 = FloatVector.zero(SPECIES);
        FloatVector s4 = FloatVector.zero(SPECIES);
        FloatVector t4 = FloatVector.zero(SPECIES);
        FloatVector s5 = FloatVector.zero(SPECIES);
        FloatVector t5 = FloatVector.zero(SPECIES);
        for (int k = 0; k < depth; k++) {
            int ai = ao + k;
            int wi = wo + k * FEATURES;
            FloatVector w0 = FloatVector.fromArray(SPECIES, w, wi);
            FloatVector w1 = FloatVector.fromArray(SPECIES, w, wi + 8);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ai]);
            s0 = a0.fma(w0, s0);
            t0 = a0.fma(w1, t0);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ai + stride]);
            s1 = a1.fma(w0, s1);
            t1 = a1.fma(w1, t1);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[ai + 2 * stride]);
            s2 = a2.fma(w0, s2);
            t2 = a2.fma(w1, t2);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[ai + 3 * stride]);
            s3 = a3.fma(w0, s3);
            t3 = a3.fma(w1, t3);
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[ai + 4 * stride]);
            s4 = a4.fma(w0, s4);
            t4 = a4.fma(w1, t4);
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[ai + 5 * stride]);
            s5 = a5.fma(w0, s5);
            t5 = a5.fma(w1, t5);
        }
        s0.intoArray(out, 0);
        t0.intoArray(out, 8);
        s1.intoArray(out, 16);
        t1.intoArray(out, 24);
        s2.intoArray(out, 32);
        t2.intoArray(out, 40);
        s3.intoArray(out, 48);
        t3.intoArray(out, 56);
        s4.intoArray(out, 64);
        t4.intoArray(out, 72);
        s5.intoArray(out, 80);
        t5.intoArray(out, 88);
    }
}

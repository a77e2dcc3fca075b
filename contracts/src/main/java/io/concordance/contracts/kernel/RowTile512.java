package io.concordance.contracts.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** {@link Tile512} for rows that are not packed, because they are read but once. */
final class RowTile512 {
    static final int ROWS = 12;
    static final int FEATURES = 32;
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_512;

    private RowTile512() {}

    /**
     * out[r, f] = sum over k of a[r, k] * w[k, f], one chain of fused multiply-adds from zero, k ascending.
     *
     * @param a rows as they are, [12, depth] from {@code ao}, {@code stride} apart (a
     *     power of two has them meet in the same lines of the cache)
     * @param w packed features, [depth, 32] from {@code wo}
     * @param out [12, 32]
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
        FloatVector s6 = FloatVector.zero(SPECIES);
        FloatVector t6 = FloatVector.zero(SPECIES);
        FloatVector s7 = FloatVector.zero(SPECIES);
        FloatVector t7 = FloatVector.zero(SPECIES);
        FloatVector s8 = FloatVector.zero(SPECIES);
        FloatVector t8 = FloatVector.zero(SPECIES);
        FloatVector s9 = FloatVector.zero(SPECIES);
        FloatVector t9 = FloatVector.zero(SPECIES);
        FloatVector s10 = FloatVector.zero(SPECIES);
        FloatVector t10 = FloatVector.zero(SPECIES);
        FloatVector s11 = FloatVector.zero(SPECIES);
        FloatVector t11 = FloatVector.zero(SPECIES);
        for (int k = 0; k < depth; k++) {
            int ai = ao + k;
            int wi = wo + k * FEATURES;
            FloatVector w0 = FloatVector.fromArray(SPECIES, w, wi);
            FloatVector w1 = FloatVector.fromArray(SPECIES, w, wi + 16);
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
            FloatVector a6 = FloatVector.broadcast(SPECIES, a[ai + 6 * stride]);
            s6 = a6.fma(w0, s6);
            t6 = a6.fma(w1, t6);
            FloatVector a7 = FloatVector.broadcast(SPECIES, a[ai + 7 * stride]);
            s7 = a7.fma(w0, s7);
            t7 = a7.fma(w1, t7);
            FloatVector a8 = FloatVector.broadcast(SPECIES, a[ai + 8 * stride]);
            s8 = a8.fma(w0, s8);
            t8 = a8.fma(w1, t8);
            FloatVector a9 = FloatVector.broadcast(SPECIES, a[ai + 9 * stride]);
            s9 = a9.fma(w0, s9);
            t9 = a9.fma(w1, t9);
            FloatVector a10 = FloatVector.broadcast(SPECIES, a[ai + 10 * stride]);
            s10 = a10.fma(w0, s10);
            t10 = a10.fma(w1, t10);
            FloatVector a11 = FloatVector.broadcast(SPECIES, a[ai + 11 * stride]);
            s11 = a11.fma(w0, s11);
            t11 = a11.fma(w1, t11);
        }
        s0.intoArray(out, 0);
        t0.intoArray(out, 16);
        s1.intoArray(out, 32);
        t1.intoArray(out, 48);
        s2.intoArray(out, 64);
        t2.intoArray(out, 80);
        s3.intoArray(out, 96);
        t3.intoArray(out, 112);
        s4.intoArray(out, 128);
        t4.intoArray(out, 144);
        s5.intoArray(out, 160);
        t5.intoArray(out, 176);
        s6.intoArray(out, 192);
        t6.intoArray(out, 208);
        s7.intoArray(out, 224);
        t7.intoArray(out, 240);
        s8.intoArray(out, 256);
        t8.intoArray(out, 272);
        s9.intoArray(out, 288);
        t9.intoArray(out, 304);
        s10.intoArray(out, 320);
        t10.intoArray(out, 336);
        s11.intoArray(out, 352);
        t11.intoArray(out, 368);
    }
}

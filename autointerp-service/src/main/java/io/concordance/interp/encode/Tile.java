package io.concordance.interp.encode;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The inner product of six rows with two vectors of features, in twelve registers. The accumulators are locals, one by one:
 * in an array they would be boxed.
 */
final class Tile {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();
    static final int ROWS = 6;
    static final int FEATURES = 2 * LANES;

    private Tile() {}

    /**
     * out[r, f] = sum over k of a[k, r] * w[k, f], one chain of fused multiply-adds from zero, k ascending.
     *
     * @param a packed rows, {@code [depth, 6]} from {@code ao}
     * @param w packed features, {@code [depth, FEATURES]} from {@code wo}
     * @param out {@code [6, FEATURES]}
     */
    static void multiply(float[] a, int ao, float[] w, int wo, int depth, float[] out) {
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
            int ai = ao + k * ROWS;
            int wi = wo + k * FEATURES;
            FloatVector w0 = FloatVector.fromArray(SPECIES, w, wi);
            FloatVector w1 = FloatVector.fromArray(SPECIES, w, wi + LANES);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ai]);
            s0 = a0.fma(w0, s0);
            t0 = a0.fma(w1, t0);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ai + 1]);
            s1 = a1.fma(w0, s1);
            t1 = a1.fma(w1, t1);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[ai + 2]);
            s2 = a2.fma(w0, s2);
            t2 = a2.fma(w1, t2);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[ai + 3]);
            s3 = a3.fma(w0, s3);
            t3 = a3.fma(w1, t3);
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[ai + 4]);
            s4 = a4.fma(w0, s4);
            t4 = a4.fma(w1, t4);
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[ai + 5]);
            s5 = a5.fma(w0, s5);
            t5 = a5.fma(w1, t5);
        }
        s0.intoArray(out, 0);
        t0.intoArray(out, LANES);
        s1.intoArray(out, 2 * LANES);
        t1.intoArray(out, 3 * LANES);
        s2.intoArray(out, 4 * LANES);
        t2.intoArray(out, 5 * LANES);
        s3.intoArray(out, 6 * LANES);
        t3.intoArray(out, 7 * LANES);
        s4.intoArray(out, 8 * LANES);
        t4.intoArray(out, 9 * LANES);
        s5.intoArray(out, 10 * LANES);
        t5.intoArray(out, 11 * LANES);
    }

    /**
     * Which of {@link #LANES} sums fire.
     *
     * @return a bit for each lane whose sum + bias is above the threshold
     */
    static long firing(float[] sums, int at, float[] bias, float[] threshold, int feature) {
        FloatVector value = FloatVector.fromArray(SPECIES, sums, at).add(FloatVector.fromArray(SPECIES, bias, feature));
        return value.compare(
                        jdk.incubator.vector.VectorOperators.GT, FloatVector.fromArray(SPECIES, threshold, feature))
                .toLong();
    }
}

package io.concordance.bench.monitor;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** How fast one thread reads memory that no cache holds: four sums over a large array. */
final class MemoryPeak {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int VALUES = 64 << 20;
    private static final int ROUNDS = 12;

    private static volatile float sink;

    private MemoryPeak() {}

    /** Best of some rounds, 1e9 bytes a second. */
    static double gigabytes() {
        float[] values = new float[VALUES];
        double best = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long begin = System.nanoTime();
            sink = sum(values);
            best = Math.max(best, 4.0 * VALUES / (System.nanoTime() - begin));
        }
        return best;
    }

    private static float sum(float[] values) {
        FloatVector a = FloatVector.zero(SPECIES);
        FloatVector b = FloatVector.zero(SPECIES);
        FloatVector c = FloatVector.zero(SPECIES);
        FloatVector d = FloatVector.zero(SPECIES);
        int lanes = SPECIES.length();
        for (int i = 0; i + 4 * lanes <= values.length; i += 4 * lanes) {
            a = a.add(FloatVector.fromArray(SPECIES, values, i));
            b = b.add(FloatVector.fromArray(SPECIES, values, i + lanes));
            c = c.add(FloatVector.fromArray(SPECIES, values, i + 2 * lanes));
            d = d.add(FloatVector.fromArray(SPECIES, values, i + 3 * lanes));
        }
        return a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
    }
}

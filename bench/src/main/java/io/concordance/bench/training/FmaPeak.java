package io.concordance.bench.training;

import java.util.ArrayList;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** What the cores do at most in fp32: independent chains of fused multiply-adds that touch no memory. */
public final class FmaPeak {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int CHAINS = 12;
    private static final int TURNS = 20_000_000;
    private static final int ROUNDS = 20;

    private FmaPeak() {}

    /** Best of some rounds on all threads at once, 1e9 operations a second. */
    public static double gigaflops(int threads) throws InterruptedException {
        double best = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long begin = System.nanoTime();
            List<Thread> crew = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                crew.add(Thread.ofPlatform().start(() -> sink = chains(TURNS)));
            }
            for (Thread thread : crew) {
                thread.join();
            }
            double operations = 2.0 * threads * TURNS * CHAINS * SPECIES.length();
            best = Math.max(best, operations / (System.nanoTime() - begin));
        }
        return best;
    }

    private static volatile float sink;

    private static float chains(int turns) {
        FloatVector m = FloatVector.broadcast(SPECIES, 0.999999f);
        FloatVector a = FloatVector.broadcast(SPECIES, 1e-6f);
        FloatVector s0 = FloatVector.broadcast(SPECIES, 1f);
        FloatVector s1 = FloatVector.broadcast(SPECIES, 2f);
        FloatVector s2 = FloatVector.broadcast(SPECIES, 3f);
        FloatVector s3 = FloatVector.broadcast(SPECIES, 4f);
        FloatVector s4 = FloatVector.broadcast(SPECIES, 5f);
        FloatVector s5 = FloatVector.broadcast(SPECIES, 6f);
        FloatVector s6 = FloatVector.broadcast(SPECIES, 7f);
        FloatVector s7 = FloatVector.broadcast(SPECIES, 8f);
        FloatVector s8 = FloatVector.broadcast(SPECIES, 9f);
        FloatVector s9 = FloatVector.broadcast(SPECIES, 10f);
        FloatVector s10 = FloatVector.broadcast(SPECIES, 11f);
        FloatVector s11 = FloatVector.broadcast(SPECIES, 12f);
        for (int i = 0; i < turns; i++) {
            s0 = s0.fma(m, a);
            s1 = s1.fma(m, a);
            s2 = s2.fma(m, a);
            s3 = s3.fma(m, a);
            s4 = s4.fma(m, a);
            s5 = s5.fma(m, a);
            s6 = s6.fma(m, a);
            s7 = s7.fma(m, a);
            s8 = s8.fma(m, a);
            s9 = s9.fma(m, a);
            s10 = s10.fma(m, a);
            s11 = s11.fma(m, a);
        }
        FloatVector low = s0.add(s1).add(s2).add(s3).add(s4).add(s5);
        FloatVector high = s6.add(s7).add(s8).add(s9).add(s10).add(s11);
        return low.add(high).lane(0);
    }
}

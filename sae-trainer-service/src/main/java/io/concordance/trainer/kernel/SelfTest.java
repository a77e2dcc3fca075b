package io.concordance.trainer.kernel;

import jdk.incubator.vector.FloatVector;

/** Times one register tile: the Vector API is correct everywhere but slow where it is boxed or emulated. */
final class SelfTest {
    private static final int DEPTH = 128;
    private static final int CALLS = 4;

    private SelfTest() {}

    static int vectorLength() {
        return FloatVector.SPECIES_PREFERRED.length();
    }

    /**
     * Best rate of one thread, in 1e9 floating-point operations a second. Runs until it is {@code enough} or the time is
     * over: before the compiler has had its turn, which may take seconds on a busy machine, every rate is low.
     */
    static double gigaflops(double enough, long nanos) {
        float[] rows = new float[Panels.ROWS * DEPTH];
        float[] weights = new float[Panels.FEATURES * DEPTH];
        float[] tile = new float[Panels.ROWS * Panels.FEATURES];
        double operations = 2.0 * CALLS * DEPTH * tile.length;
        double best = 0;
        long now = System.nanoTime();
        long end = now + nanos;
        while (now < end && best < enough) {
            long then = now;
            for (int i = 0; i < CALLS; i++) {
                Panels.multiply(rows, 0, weights, 0, DEPTH, tile);
            }
            now = System.nanoTime();
            best = Math.max(best, operations / Math.max(1, now - then));
        }
        return best;
    }
}

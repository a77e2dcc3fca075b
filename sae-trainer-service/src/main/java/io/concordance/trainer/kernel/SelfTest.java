package io.concordance.trainer.kernel;

import jdk.incubator.vector.FloatVector;

/** Times one register tile: the Vector API is correct everywhere but slow where it is boxed or emulated. */
final class SelfTest {
    private static final int ROUND = 64;

    private SelfTest() {}

    static int vectorLength() {
        return FloatVector.SPECIES_PREFERRED.length();
    }

    /** Best rate of one thread within the time given, in 1e9 floating-point operations a second. */
    static double gigaflops(int depth, long nanos) {
        float[] rows = new float[Panels.ROWS * depth];
        float[] weights = new float[Panels.FEATURES * depth];
        float[] tile = new float[Panels.ROWS * Panels.FEATURES];
        double operations = 2.0 * ROUND * depth * tile.length;
        double best = 0;
        long end = System.nanoTime() + nanos;
        for (long now = System.nanoTime(); now < end; ) {
            for (int i = 0; i < ROUND; i++) {
                Panels.multiply(rows, 0, weights, 0, depth, tile);
            }
            long then = now;
            now = System.nanoTime();
            best = Math.max(best, operations / Math.max(1, now - then));
        }
        return best;
    }
}

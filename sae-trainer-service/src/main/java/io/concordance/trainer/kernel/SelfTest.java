package io.concordance.trainer.kernel;

import io.concordance.contracts.kernel.Tiles;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.function.LongSupplier;
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
     * Best rate of one thread, in 1e9 floating-point operations a second. Runs until it is {@code enough} or this thread
     * has used so much processor time: before the compiler has had its turn every rate is low, and on a crowded machine
     * that takes long by the clock on the wall.
     */
    static double gigaflops(double enough, long cpuNanos) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        LongSupplier cpu =
                threads.isCurrentThreadCpuTimeSupported() ? threads::getCurrentThreadCpuTime : System::nanoTime;
        float[] rows = new float[Tiles.ROWS * DEPTH];
        float[] weights = new float[Tiles.FEATURES * DEPTH];
        float[] tile = new float[Tiles.ROWS * Tiles.FEATURES];
        double operations = 2.0 * CALLS * DEPTH * tile.length;
        double best = 0;
        long end = cpu.getAsLong() + cpuNanos;
        while (cpu.getAsLong() < end && best < enough) {
            long then = System.nanoTime();
            for (int i = 0; i < CALLS; i++) {
                Tiles.multiply(rows, 0, weights, 0, DEPTH, tile);
            }
            best = Math.max(best, operations / Math.max(1, System.nanoTime() - then));
        }
        return best;
    }
}

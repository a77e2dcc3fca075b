package io.concordance.trainer.kernel;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** Chooses the kernels for this machine. The choice changes speed, never a bit of the result. */
public final class Kernels {
    private static final Logger LOG = System.getLogger(Kernels.class.getName());
    private static final String MODULE = "jdk.incubator.vector";
    private static final int SHORTEST_VECTOR = 8;
    private static final long TRIAL_CPU_NANOS = 10_000_000_000L;
    /** Boxed vectors run at a thousandth of what native ones do; any native rate is above this. */
    private static final double SLOWEST_GFLOPS = 5;

    private Kernels() {}

    /** What this machine can run, found once. */
    private static final class Machine {
        static final boolean VECTOR = vectorWorks();

        private static boolean vectorWorks() {
            if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
                LOG.log(
                        Level.WARNING,
                        "scalar kernels: start Java with --add-modules=" + MODULE + " for the fast ones");
                return false;
            }
            if (SelfTest.vectorLength() < SHORTEST_VECTOR) {
                LOG.log(
                        Level.WARNING,
                        "scalar kernels: this CPU has vectors of {0} floats, the fast ones need {1}",
                        SelfTest.vectorLength(),
                        SHORTEST_VECTOR);
                return false;
            }
            double best = SelfTest.gigaflops(SLOWEST_GFLOPS, TRIAL_CPU_NANOS);
            if (best < SLOWEST_GFLOPS) {
                LOG.log(
                        Level.WARNING,
                        "scalar kernels: one vector tile ran at {0} GF/s, expected {1} or more",
                        best,
                        SLOWEST_GFLOPS);
                return false;
            }
            LOG.log(Level.INFO, "vector kernels: {0} bits", VectorOps.SPECIES.vectorBitSize());
            return true;
        }
    }

    /** Whether the vector kernels serve here. The first call decides, which takes up to some seconds. */
    public static boolean vectorised() {
        return Machine.VECTOR;
    }

    /** The fastest kernels that work here. */
    public static StepKernels open(KernelShape shape, int threads) {
        return Machine.VECTOR ? new VectorKernels(shape, threads) : new ScalarKernels(shape);
    }
}

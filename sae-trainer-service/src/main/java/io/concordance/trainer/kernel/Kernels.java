package io.concordance.trainer.kernel;

import io.concordance.contracts.kernel.bf16.Bf16Unavailable;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.trainer.kernel.cuda.CudaUnavailable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the kernels for this machine. Among those of one {@link StepKernels#arithmetic} the choice changes speed, never a
 * bit of the result.
 */
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

    /** The fastest kernels that work on the CPU. */
    public static StepKernels open(KernelShape shape, int threads) {
        return open(shape, threads, Screening.AUTO);
    }

    private static StepKernels open(KernelShape shape, int threads, Screening screening) {
        if (screening == Screening.REQUIRED) {
            Screen.require(Machine.VECTOR);
        }
        return Machine.VECTOR ? new VectorKernels(shape, threads, screening) : new ScalarKernels(shape);
    }

    /**
     * Kernels on a processor.
     *
     * @param arithmetic {@link StepKernels#arithmetic} to go on with, or null for any
     * @throws FieldProblem when ND4J was asked for and is not in this build
     * @throws CudaUnavailable when a GPU was asked for and cannot serve, naming what is missing
     * @throws Bf16Unavailable when screening is required and cannot be done, naming what is missing
     * @throws OtherArithmetic when nothing on this processor has that arithmetic
     */
    public static StepKernels open(KernelShape shape, Processor processor, @Nullable String arithmetic) {
        StepKernels kernels = open(
                shape,
                arithmetic == null || arithmetic.equals(Nd4jKernels.ARITHMETIC)
                        ? processor
                        : processor.with(CudaEncoding.ofArithmetic(arithmetic)));
        if (arithmetic != null && !arithmetic.equals(kernels.arithmetic())) {
            OtherArithmetic other = new OtherArithmetic(arithmetic, kernels);
            kernels.close();
            throw other;
        }
        return kernels;
    }

    private static StepKernels nd4j(KernelShape shape) {
        try {
            return new Nd4jKernels(shape);
        } catch (LinkageError e) {
            throw new FieldProblem(
                    "concordance.trainer.device",
                    "nd4j",
                    "auto, cpu or cuda:N; ND4J is in builds with -Pnd4j (" + e + ")");
        }
    }

    private static StepKernels open(KernelShape shape, Processor processor) {
        return switch (processor.kind()) {
            case CPU -> open(shape, processor.threads(), processor.screening());
            case ND4J -> nd4j(shape);
            case CUDA -> new CudaKernels(shape, processor.ordinal(), processor.encoding());
            case AUTO -> {
                StepKernels kernels;
                try {
                    kernels = new CudaKernels(shape, processor.ordinal(), processor.encoding());
                    LOG.log(Level.INFO, "device auto: {0}", kernels.name());
                } catch (CudaUnavailable e) {
                    kernels = open(shape, processor.threads(), processor.screening());
                    LOG.log(Level.INFO, "device auto: {0}, for there is {1}", kernels.name(), e.getMessage());
                }
                yield kernels;
            }
        };
    }
}

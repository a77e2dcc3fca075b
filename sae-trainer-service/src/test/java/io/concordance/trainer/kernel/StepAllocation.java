package io.concordance.trainer.kernel;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * What a steady step allocates, in a process where nothing but it runs: whether vectors stay in registers is up to
 * the compiler, which decides by everything that the process has run before.
 */
final class StepAllocation {
    static final KernelShape SHAPE = new KernelShape(64, 512, 1024);
    private static final int FEWEST_STEPS = 30;
    private static final long CPU_NANOS = 60_000_000_000L;

    private StepAllocation() {}

    /** {@code RULE USE ENOUGH}: prints the fewest bytes that a step took, once they are below {@code ENOUGH} or time is up. */
    public static void main(String[] arguments) {
        Selection rule = rule(arguments[0]);
        Screen.Use use = Screen.Use.valueOf(arguments[1]);
        System.out.println(least(rule, use, Long.parseLong(arguments[2])));
        System.exit(0);
    }

    private static Selection rule(String name) {
        return switch (name) {
            case "TopK" -> new Selection.TopK(16);
            case "BatchTopK" -> new Selection.BatchTopK(16);
            case "Positive" -> new Selection.Positive();
            case "Above" -> new Selection.Above(0.2f);
            default -> throw new IllegalArgumentException("no rule " + name);
        };
    }

    private static long least(Selection rule, Screen.Use use, long enough) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        StepFixture fixture = new StepFixture(SHAPE, 2);
        Objective objective =
                new Objective(new int[] {SHAPE.features()}, 0, 0, rule instanceof Selection.Above ? 0.2f : 0);
        try (StepKernels kernels = new VectorKernels(SHAPE, 1, use)) {
            fixture.load(kernels);
            AdamStep still = AdamStep.at(1, 0, 0.9, 0.999, 1e-8, 1);
            long least = Long.MAX_VALUE;
            long end = threads.getCurrentThreadCpuTime() + CPU_NANOS;
            // Before the compiler has had its turn, and on a crowded machine that takes long, every vector is an
            // object.
            for (int i = 0; i < FEWEST_STEPS || (least >= enough && threads.getCurrentThreadCpuTime() < end); i++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                kernels.centre(fixture.rows, 1);
                kernels.select(rule);
                kernels.decode(objective);
                kernels.groupByFeature();
                kernels.gradients();
                kernels.update(still);
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            return least;
        }
    }
}

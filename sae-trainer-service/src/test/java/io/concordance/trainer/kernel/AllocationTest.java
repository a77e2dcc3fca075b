package io.concordance.trainer.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A step makes a few small records and no buffer, whatever its sizes. */
class AllocationTest {
    private static final KernelShape SHAPE = new KernelShape(64, 512, 1024);
    /** Results, rules and closures: far below one row buffer of the batch. */
    private static final long SMALL = 16 * 1024;

    private static final int FEWEST_STEPS = 30;
    private static final long CPU_NANOS = 30_000_000_000L;

    static Stream<Selection> rules() {
        return Stream.of(
                new Selection.TopK(16),
                new Selection.BatchTopK(16),
                new Selection.Positive(),
                new Selection.Above(0.2f));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void aSteadyStepAllocatesNoBuffer(Selection rule) {
        leastIsSmall(rule, Screen.Use.NEVER);
    }

    @ParameterizedTest
    @MethodSource("rules")
    void aScreenedOneAllocatesNoneEither(Selection rule) {
        assumeTrue(Screen.runs(), "not run: no bf16 products");
        leastIsSmall(rule, Screen.Use.ALWAYS);
    }

    private static void leastIsSmall(Selection rule, Screen.Use use) {
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
            for (int i = 0; i < FEWEST_STEPS || (least >= SMALL && threads.getCurrentThreadCpuTime() < end); i++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                kernels.centre(fixture.rows, 1);
                kernels.select(rule);
                kernels.decode(objective);
                kernels.groupByFeature();
                kernels.gradients();
                kernels.update(still);
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            System.out.println(rule + ": " + least + " bytes a step");
            assertThat(least).isLessThan(SMALL);
        }
    }
}

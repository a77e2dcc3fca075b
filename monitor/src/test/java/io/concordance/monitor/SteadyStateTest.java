package io.concordance.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SteadyStateTest {
    private static final int CALLS = 2000;
    /** Until the compiler is done with it. */
    private static final int MOST_BATCHES = 50;

    @Test
    void aSessionOnWhichNothingFiresMakesNoObjects() throws Exception {
        ArmedMonitor armed = GoldenRelease.arm();
        GoldenRelease.Session quiet = GoldenRelease.sessions().stream()
                .filter(session -> session.hits().isEmpty() && session.tokens() > 0)
                .findFirst()
                .orElseThrow();
        float[] all = GoldenRelease.activations();
        int width = armed.manifest().width();
        float[] rows = Arrays.copyOfRange(all, quiet.from() * width, (quiet.from() + quiet.tokens()) * width);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        assertThat(armed.evaluate(rows, quiet.tokens(), quiet.firstOutput())).isEmpty();
        long allocated = Long.MAX_VALUE;
        for (int batch = 0; batch < MOST_BATCHES && allocated > 0; batch++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < CALLS; i++) {
                armed.evaluate(rows, quiet.tokens(), quiet.firstOutput());
            }
            allocated = threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertThat(allocated).as("bytes in %d calls, once warm", CALLS).isZero();
    }
}

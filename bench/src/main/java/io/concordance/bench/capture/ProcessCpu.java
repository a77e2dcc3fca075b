package io.concordance.bench.capture;

import java.time.Duration;
import java.util.stream.Stream;

/** CPU time of this process and of those it has started. */
final class ProcessCpu {

    /** CPU seconds of this process, and of all it has started. */
    record Seconds(double own, double started) {
        Seconds since(Seconds earlier) {
            return new Seconds(own - earlier.own, started - earlier.started);
        }

        double all() {
            return own + started;
        }
    }

    Seconds seconds() {
        ProcessHandle self = ProcessHandle.current();
        return new Seconds(seconds(Stream.of(self)), seconds(self.descendants()));
    }

    private static double seconds(Stream<ProcessHandle> processes) {
        return processes
                        .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
                        .mapToLong(Duration::toMillis)
                        .sum()
                / 1e3;
    }
}

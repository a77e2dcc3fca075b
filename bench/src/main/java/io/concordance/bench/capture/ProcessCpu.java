package io.concordance.bench.capture;

import java.time.Duration;
import java.util.stream.Stream;

/** CPU time of this process and of all it has started. */
final class ProcessCpu {
    double seconds() {
        ProcessHandle self = ProcessHandle.current();
        return Stream.concat(Stream.of(self), self.descendants())
                        .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
                        .mapToLong(Duration::toMillis)
                        .sum()
                / 1e3;
    }
}

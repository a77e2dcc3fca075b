package io.concordance.cli.platform;

import io.concordance.local.LocalStackProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** What a killed supervisor leaves running: the services, and for a moment the infrastructure. */
final class Leftovers {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private Leftovers() {}

    /** Stops every process that the state file names and that still runs, then removes the file. */
    static void stop(Path data) throws IOException, InterruptedException {
        var state = PlatformState.read(data);
        if (state.isPresent()) {
            // First a signal to all, so that they end together.
            state.get().processes().forEach(process -> process.running().ifPresent(ProcessHandle::destroy));
            for (ProcessRef process : state.get().processes()) {
                process.stop(PATIENCE);
            }
            LocalStackProcess.stopLeftovers(data);
            PlatformState.delete(data);
        }
    }
}

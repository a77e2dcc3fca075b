package io.concordance.cli.platform;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A process that can be told from a later one with the same pid.
 *
 * @param startedMillis when the process started, milliseconds since 1970; 0 where the system does not say
 */
record ProcessRef(String name, long pid, long startedMillis) {

    static ProcessRef of(String name, ProcessHandle handle) {
        return new ProcessRef(name, handle.pid(), started(handle));
    }

    private static long started(ProcessHandle handle) {
        return handle.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }

    /**
     * The process, if it still runs. A process that has ended but that nobody has reaped does not run, whatever
     * {@link ProcessHandle#isAlive} says.
     */
    Optional<ProcessHandle> running() {
        return ProcessHandle.of(pid).filter(ProcessRef::runs).filter(handle -> started(handle) == startedMillis);
    }

    static boolean runs(ProcessHandle handle) {
        return handle.isAlive() && handle.info().command().isPresent();
    }

    /** Sends SIGTERM, and SIGKILL after {@code patience}; returns once the process has ended. */
    void stop(Duration patience) throws InterruptedException {
        running().ifPresent(ProcessHandle::destroy);
        if (!awaitEnd(patience)) {
            running().ifPresent(ProcessHandle::destroyForcibly);
            awaitEnd(Duration.ofSeconds(10));
        }
    }

    boolean awaitEnd(Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (running().isPresent()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(20);
        }
        return true;
    }
}

package io.concordance.bench.capture;

import java.io.IOException;
import java.util.Collection;
import java.util.List;

/**
 * While open, this process runs on all processors but the last, and the processes it has started run on the last, as on
 * machines of their own. Where processors cannot be named (no {@code taskset}, or only one of them) nothing changes.
 */
final class Affinity implements AutoCloseable {
    private final int processors = Runtime.getRuntime().availableProcessors();
    private final boolean apart;

    Affinity() throws InterruptedException {
        List<ProcessHandle> started = ProcessHandle.current().descendants().toList();
        apart = processors > 1
                && restrict(List.of(ProcessHandle.current()), 0, processors - 2)
                && restrict(started, processors - 1, processors - 1);
    }

    /** Processors of this process. */
    int own() {
        return apart ? processors - 1 : processors;
    }

    String description() {
        return apart
                ? "the S3 server has a processor of its own, the capture and the bare runs have " + own()
                        + " and as many callers"
                : "the S3 server shares the processors";
    }

    @Override
    public void close() throws InterruptedException {
        if (apart) {
            restrict(List.of(ProcessHandle.current()), 0, processors - 1);
            restrict(ProcessHandle.current().descendants().toList(), 0, processors - 1);
        }
    }

    private static boolean restrict(Collection<ProcessHandle> processes, int first, int last)
            throws InterruptedException {
        for (ProcessHandle process : processes) {
            String processors = first + "-" + last;
            try {
                Process taskset = new ProcessBuilder(
                                "taskset", "--all-tasks", "--cpu-list", "--pid", processors, process.pid() + "")
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
                if (taskset.waitFor() != 0 && process.isAlive()) {
                    return false;
                }
            } catch (IOException e) {
                return false;
            }
        }
        return true;
    }
}

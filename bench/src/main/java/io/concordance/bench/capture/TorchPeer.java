package io.concordance.bench.capture;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.bench.Comparison.Progress;
import io.concordance.bench.PythonPeer;
import io.concordance.bench.capture.Callers.Took;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A capture in PyTorch, in a Python process of its own. */
final class TorchPeer implements AutoCloseable {
    private static final List<String> PACKAGES = List.of("torch==2.9.1", "numpy==2.4.6");

    private final PythonPeer python;

    private TorchPeer(PythonPeer python) {
        this.python = python;
    }

    /**
     * @param home folder for the environment
     * @throws PythonPeer.Absent when Python, pip or the packages are not to be had
     */
    static TorchPeer start(Path home, Path work, int threads, Progress progress)
            throws InterruptedException, PythonPeer.Absent {
        PythonPeer.Environment environment = new PythonPeer.Environment(home, PACKAGES);
        return new TorchPeer(PythonPeer.start(TorchPeer.class, "tl_capture.py", environment, work, threads, progress));
    }

    String version() {
        return python.greeting().path("torch").asText();
    }

    /** @param batches token counts of the documents of each batch */
    Took capture(List<List<Integer>> batches, Path folder) throws IOException {
        JsonNode took = python.ask(Map.of("batches", batches, "folder", folder.toString()));
        return new Took(
                took.path("seconds").asDouble(),
                new ProcessCpu.Seconds(took.path("cpu").asDouble(), 0));
    }

    @Override
    public void close() {
        python.close();
    }
}

package io.concordance.bench.training;

import io.concordance.bench.AskedProcess;
import io.concordance.bench.Comparison.Progress;
import io.concordance.bench.JvmPeer;
import io.concordance.bench.PythonPeer;
import io.concordance.contracts.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where trainers run: a process each, all with the same number of threads.
 *
 * @param folder for rows and logs
 */
record Workplace(Path folder, int threads, Progress progress) {
    private static final List<String> PACKAGES =
            List.of("torch==2.15.0", "sae-lens==6.54.12", "dictionary-learning==0.1.0", "eai-sparsify==1.3.3");

    /** Ours. */
    JvmPeer own() throws IOException {
        return OwnProcess.start(threads, Files.createTempFile(folder, "own-", ".log"));
    }

    /** @throws PythonPeer.Absent when Python, pip or the packages are not to be had */
    PythonPeer python() throws InterruptedException, PythonPeer.Absent {
        Path environment = Path.of(System.getProperty("concordance.home", ".")).resolve(".concordance/bench-training");
        return PythonPeer.start(
                Workplace.class,
                "train_peers.py",
                new PythonPeer.Environment(environment, PACKAGES),
                folder,
                threads,
                progress);
    }

    static Order.Done ask(AskedProcess process, Order.Steps steps) throws IOException {
        return Json.mapper().treeToValue(process.ask(steps), Order.Done.class);
    }

    void remove() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}

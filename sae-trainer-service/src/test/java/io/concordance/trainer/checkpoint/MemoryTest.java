package io.concordance.trainer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryTest {
    /** Megabytes of heap. Weights, gradients and moments of 768 x 24576 are 604 of them, a file of the state 454 more. */
    private static final int HEAP = 1200;

    @TempDir
    Path folder;

    @Test
    void aLargeDictionaryIsTrainedSavedResumedAndExportedInASmallHeap() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + HEAP + "m",
                        "--enable-native-access=ALL-UNNAMED",
                        "--add-modules=jdk.incubator.vector",
                        "-cp",
                        System.getProperty("java.class.path"),
                        TrainingMemory.class.getName(),
                        "768",
                        "24576",
                        "4096",
                        folder.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        System.out.println("heap of " + HEAP + " MB: " + said);
        assertThat(process.exitValue()).as(said).isZero();
    }
}

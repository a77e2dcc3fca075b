package io.concordance.trainer.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A step makes a few small records and no buffer, whatever its sizes. */
class AllocationTest {
    /** Results, rules and closures: far below one row buffer of the batch. */
    private static final long SMALL = 16 * 1024;

    @ParameterizedTest
    @ValueSource(strings = {"TopK", "BatchTopK", "Positive", "Above"})
    void aSteadyStepAllocatesNoBuffer(String rule) throws IOException, InterruptedException {
        assertThat(bytes(rule, Screen.Use.NEVER)).isLessThan(SMALL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TopK", "BatchTopK", "Positive", "Above"})
    void aScreenedOneAllocatesNoneEither(String rule) throws IOException, InterruptedException {
        assumeTrue(Screen.runs(), "not run: no bf16 products");
        assertThat(bytes(rule, Screen.Use.ALWAYS)).isLessThan(SMALL);
    }

    private static long bytes(String rule, Screen.Use use) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--add-modules=jdk.incubator.vector",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StepAllocation.class.getName(),
                        rule,
                        use.name(),
                        Long.toString(SMALL))
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        System.out.println(rule + ", " + use + ": " + said.strip());
        return Long.parseLong(said.lines().reduce("", (before, line) -> line));
    }
}

package io.concordance.cli.study;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.contracts.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StageBarsTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final AtomicLong nanos = new AtomicLong();
    private final StageBars bars = new StageBars(new PrintStream(out, true, StandardCharsets.UTF_8), 70, nanos::get);

    @Test
    void everyBegunStageHasOneLineThatIsDrawnOverAgain() throws Exception {
        String first = show(0, "running", 0, "waiting");
        String second = show(2, "running", 10, "running");
        String third = show(4, "completed", 40, "running");

        assertThat(first.lines()).hasSize(1);
        assertThat(second).startsWith("\u001b[1A").contains("10/40 slices  5.0/s");
        assertThat(second.lines()).hasSize(2);
        assertThat(third).startsWith("\u001b[2A").contains("40/40 slices  10/s");
    }

    @Test
    void theBarGrowsWithTheShareThatIsDone() throws Exception {
        assertThat(show(0, "running", 20, "waiting")).contains("▕" + "█".repeat(12) + " ".repeat(12) + "▏");
        assertThat(show(1, "completed", 40, "waiting")).contains("▕" + "█".repeat(24) + "▏");
    }

    @Test
    void noLineIsAsWideAsTheTerminal() throws Exception {
        String frame = show(0, "running", 20, "running");

        assertThat(frame.replaceAll("\u001b\\[[0-9]*[A-Z]", "").lines())
                .allSatisfy(line -> assertThat(line.length()).isLessThan(70));
    }

    @Test
    void theRateStaysWhenAllIsDone() throws Exception {
        show(0, "running", 0, "waiting");
        show(4, "running", 40, "waiting");

        assertThat(show(100, "completed", 40, "waiting")).contains("10/s");
    }

    private String show(int second, String state, int done, String next) throws Exception {
        out.reset();
        nanos.set(second * 1_000_000_000L);
        bars.show(Json.mapper().readTree("""
                {"stages": [
                  {"name": "capture", "state": "%s", "done": %d, "total": 40, "unit": "slices"},
                  {"name": "dictionary", "state": "%s", "done": 0, "total": 0, "unit": "",
                   "note": "a note that is much longer than what is left of the line of a narrow terminal"}]}
                """.formatted(state, done, next)));
        return out.toString(StandardCharsets.UTF_8);
    }
}

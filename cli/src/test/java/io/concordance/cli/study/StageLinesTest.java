package io.concordance.cli.study;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.concordance.contracts.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StageLinesTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final AtomicLong nanos = new AtomicLong();
    private final StageLines lines = new StageLines(new PrintStream(out, true, StandardCharsets.UTF_8), nanos::get);

    @Test
    void oneLineForEachChangeOfAStage() throws Exception {
        show(0.1, "running", 0);
        show(0.2, "running", 1);
        show(0.3, "completed", 4);
        show(0.4, "completed", 4);

        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .containsExactly(
                        "     0.1 s  capture     running    0 of 4 slices",
                        "     0.3 s  capture     completed  4 of 4 slices");
    }

    @Test
    void inBetweenAtMostOneLineEveryFiveSeconds() throws Exception {
        show(0.1, "running", 0);
        for (int tenth = 2; tenth < 120; tenth++) {
            show(tenth / 10d, "running", tenth);
        }

        assertThat(out.toString(StandardCharsets.UTF_8).lines()).hasSize(3);
    }

    private void show(double second, String state, int done) throws JsonProcessingException {
        nanos.set((long) (second * 1e9));
        lines.show(Json.mapper().readTree("""
                {"stages": [
                  {"name": "capture", "state": "%s", "done": %d, "total": 4, "unit": "slices"},
                  {"name": "report", "state": "waiting", "done": 0, "total": 0, "unit": ""}]}
                """.formatted(state, done)));
    }
}

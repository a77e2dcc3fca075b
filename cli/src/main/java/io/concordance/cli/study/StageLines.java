package io.concordance.cli.study;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;

/** One line when a stage changes state, and at most one every few seconds in between: for logs. */
final class StageLines implements StageView {
    private static final long QUIET_NANOS = Duration.ofSeconds(5).toNanos();

    private final PrintStream out;
    private final LongSupplier nanos;
    private final long begun;
    private final Map<String, String> states = new HashMap<>();
    private long spoke;

    StageLines(PrintStream out) {
        this(out, System::nanoTime);
    }

    StageLines(PrintStream out, LongSupplier nanos) {
        this.out = out;
        this.nanos = nanos;
        this.begun = nanos.getAsLong();
        this.spoke = begun;
    }

    @Override
    public void show(JsonNode status) {
        boolean due = nanos.getAsLong() - spoke >= QUIET_NANOS;
        for (JsonNode stage : status.path("stages")) {
            String name = stage.path("name").asText();
            String state = stage.path("state").asText();
            boolean changed = !state.equals(states.getOrDefault(name, "waiting"));
            states.put(name, state);
            if (changed || due && state.equals("running")) {
                line(name, state, stage);
            }
        }
    }

    private void line(String name, String state, JsonNode stage) {
        spoke = nanos.getAsLong();
        StringBuilder line = new StringBuilder();
        line.append(String.format(Locale.ROOT, "  %6.1f s  %-10s  %-9s", (spoke - begun) / 1e9, name, state));
        long total = stage.path("total").asLong();
        if (total > 0) {
            line.append(String.format(
                    Locale.ROOT,
                    "  %,d of %,d %s",
                    stage.path("done").asLong(),
                    total,
                    stage.path("unit").asText()));
        }
        if (stage.hasNonNull("note")) {
            line.append("  (").append(stage.path("note").asText()).append(')');
        }
        out.println(line.toString().stripTrailing());
        out.flush();
    }

    @Override
    public void close() {
        out.flush();
    }
}

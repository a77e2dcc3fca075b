package io.concordance.cli.study;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One bar for each stage that has begun, with its rate, redrawn in place whenever a status comes. Lines are cut to the
 * terminal's width, as a line that wraps could not be redrawn.
 */
final class StageBars implements StageView {
    private static final int BAR = 24;
    private static final String EIGHTHS = " ▏▎▍▌▋▊▉█";
    private static final String CLEAR_TO_END_OF_LINE = "\u001b[K";

    private final PrintStream out;
    private final int width;
    private final LongSupplier nanos;
    private final Map<String, Pace> paces = new LinkedHashMap<>();
    private int drawn;

    /**
     * Since when a stage is watched, and how fast it is; counts start anew when it counts something else.
     *
     * @param done and {@code total} now
     * @param first what was done when watching began
     */
    private record Pace(String unit, long total, long first, long begun, long done, long now) {

        static Pace of(@Nullable Pace before, String unit, long total, long done, long now) {
            if (before == null || !before.unit.equals(unit) || before.total != total || done < before.done) {
                return new Pace(unit, total, done, now, done, now);
            }
            // Once all is done the clock stops.
            return new Pace(unit, total, before.first, before.begun, done, before.done == total ? before.now : now);
        }

        double rate() {
            return now == begun ? 0 : (done - first) / ((now - begun) / 1e9);
        }
    }

    StageBars(PrintStream out, int width, LongSupplier nanos) {
        this.out = out;
        this.width = width;
        this.nanos = nanos;
    }

    @Override
    public void show(JsonNode status) {
        StringBuilder frame = new StringBuilder();
        if (drawn > 0) {
            frame.append("\u001b[").append(drawn).append('A');
        }
        drawn = 0;
        for (JsonNode stage : status.path("stages")) {
            if (!stage.path("state").asText().equals("waiting")) {
                String line = line(stage);
                frame.append(line, 0, Math.min(line.length(), width - 1))
                        .append(CLEAR_TO_END_OF_LINE)
                        .append('\n');
                drawn++;
            }
        }
        out.print(frame);
        out.flush();
    }

    private String line(JsonNode stage) {
        String name = stage.path("name").asText();
        long total = stage.path("total").asLong();
        long done = Math.min(stage.path("done").asLong(), total);
        String unit = stage.path("unit").asText();
        Pace pace = Pace.of(paces.get(name), unit, total, done, nanos.getAsLong());
        paces.put(name, pace);
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "  %-10s  ", name));
        boolean completed = stage.path("state").asText().equals("completed");
        line.append(bar(completed ? 1 : total == 0 ? 0 : (double) done / total));
        line.append(String.format(Locale.ROOT, "  %,d/%,d %s", done, total, unit));
        if (pace.rate() > 0) {
            line.append(String.format(Locale.ROOT, pace.rate() < 10 ? "  %.1f/s" : "  %,.0f/s", pace.rate()));
        }
        if (stage.path("state").asText().equals("failed")) {
            line.append("  failed");
        }
        if (stage.hasNonNull("note")) {
            line.append("  ").append(stage.path("note").asText());
        }
        return line.toString();
    }

    private static String bar(double share) {
        int eighths = (int) Math.floor(share * BAR * 8);
        StringBuilder bar = new StringBuilder("▕");
        for (int cell = 0; cell < BAR; cell++) {
            bar.append(EIGHTHS.charAt(Math.clamp(eighths - 8L * cell, 0, 8)));
        }
        return bar.append("▏").toString();
    }

    @Override
    public void close() {
        out.flush();
    }
}

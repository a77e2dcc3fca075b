package io.concordance.cli.study;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** One live bar for each stage that has begun, with its rate. */
final class StageBars implements StageView {
    private static final int REDRAW_MILLIS = 200;

    private final Map<String, ProgressBar> bars = new LinkedHashMap<>();

    @Override
    public void show(JsonNode status) {
        for (JsonNode stage : status.path("stages")) {
            String name = stage.path("name").asText();
            String state = stage.path("state").asText();
            if (state.equals("waiting")) {
                continue;
            }
            ProgressBar bar = bars.computeIfAbsent(name, fresh -> bar(fresh, stage));
            bar.maxHint(Math.max(1, stage.path("total").asLong()));
            boolean completed = state.equals("completed");
            bar.stepTo(completed ? bar.getMax() : stage.path("done").asLong());
            String unit = stage.path("unit").asText();
            bar.setExtraMessage(" " + (state.equals("running") ? unit : state) + " "
                    + stage.path("note").asText(""));
            if (!state.equals("running")) {
                bar.refresh();
                bar.pause();
            }
        }
    }

    private static ProgressBar bar(String name, JsonNode stage) {
        return new ProgressBarBuilder()
                .setTaskName(String.format("%-10s", name))
                .setInitialMax(Math.max(1, stage.path("total").asLong()))
                .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                .setUpdateIntervalMillis(REDRAW_MILLIS)
                .setSpeedUnit(ChronoUnit.SECONDS)
                .showSpeed()
                .build();
    }

    @Override
    public void close() {
        bars.values().forEach(ProgressBar::close);
    }
}

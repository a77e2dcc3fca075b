package io.concordance.bench.resume;

import io.concordance.bench.Report;
import io.concordance.contracts.event.Event;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Time in checkpoints against time in steps, as the service counts both. */
final class CheckpointCost {
    private static final String STEPS = "concordance_trainer_steps_seconds";
    private static final String CHECKPOINTS = "concordance_trainer_checkpoints_seconds";

    private final Platform platform;
    private final Scale scale;

    CheckpointCost(Platform platform, Scale scale) {
        this.platform = platform;
        this.scale = scale;
    }

    Report.Section section() throws IOException, InterruptedException {
        TrainerProcess trainer = platform.trainer();
        platform.progress().begins("cost of checkpoints: " + scale.text());
        CapturedJob job = CapturedJob.write(scale, platform.store());
        int threads = Runtime.getRuntime().availableProcessors();
        trainer.start(threads, scale);
        List<Event<?>> events = new ArrayList<>(List.of(job.announcement()));
        events.addAll(job.shards());
        platform.announcements().publish(events);
        String id = trainer.submit(scale.request(job));
        trainer.awaitCompletion(id);
        double steps = trainer.metric(STEPS + "_sum");
        double count = trainer.metric(STEPS + "_count");
        double checkpoints = trainer.metric(CHECKPOINTS + "_sum");
        double written = trainer.metric(CHECKPOINTS + "_count");
        trainer.kill();
        return new Report.Section(
                "Cost of checkpoints: " + scale.text() + ", " + threads + " threads, one every "
                        + scale.checkpointEvery() + " or less often",
                List.of("steps", "s in steps", "checkpoints", "s in checkpoints", "share of the time", "goal"),
                List.of(List.of(
                        String.format(Locale.ROOT, "%.0f", count),
                        String.format(Locale.ROOT, "%.1f", steps),
                        String.format(Locale.ROOT, "%.0f", written),
                        String.format(Locale.ROOT, "%.2f", checkpoints),
                        String.format(Locale.ROOT, "%.2f %%", 100 * checkpoints / (steps + checkpoints)),
                        "at most 3 %")),
                List.of("from the copy out of the kernels until the pointer to the object is committed; the state that"
                        + " the run ends with is not counted"));
    }
}

package io.concordance.registry.study;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A stage as it is kept.
 *
 * @param output what later stages and a resumed study need to know of it, as JSON; may exist before the stage completes
 */
record Step(Stage stage, @Nullable String output) {

    static Step waiting(StageName name) {
        return new Step(new Stage(name, StageState.WAITING, 0, 0, "", null, null, null), null);
    }

    boolean completed() {
        return stage.state() == StageState.COMPLETED;
    }

    Step started(Instant now) {
        return stage.startedAt() == null ? with(StageState.RUNNING, stage.note(), now, null) : this;
    }

    Step noted(String note) {
        return with(stage.state(), note, stage.startedAt(), null);
    }

    Step failed(String note, Instant now) {
        return with(StageState.FAILED, note, stage.startedAt(), now);
    }

    /** After one more attempt; an attempt without output leaves the output as it was. */
    Step after(StageResult result, Instant now) {
        Stage next = new Stage(
                stage.name(),
                result.completed() ? StageState.COMPLETED : StageState.RUNNING,
                result.done(),
                result.total(),
                result.unit(),
                result.note(),
                stage.startedAt(),
                result.completed() ? now : null);
        return new Step(next, result.output() == null ? output : result.output());
    }

    private Step with(StageState state, @Nullable String note, @Nullable Instant startedAt, @Nullable Instant endedAt) {
        return new Step(
                new Stage(stage.name(), state, stage.done(), stage.total(), stage.unit(), note, startedAt, endedAt),
                output);
    }
}

package io.concordance.registry.study;

import io.concordance.contracts.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A study on its way: what was ordered and how far each stage is.
 *
 * @param problem why it failed; null unless it did
 */
record StudyRun(
        UUID id,
        StudyOrder order,
        StudyState state,
        Map<StageName, Step> steps,
        @Nullable String problem,
        Instant createdAt,
        @Nullable Instant finishedAt) {

    static StudyRun of(UUID id, StudyOrder order, Instant now) {
        Map<StageName, Step> steps = new EnumMap<>(StageName.class);
        for (StageName name : StageName.values()) {
            steps.put(name, Step.waiting(name));
        }
        return new StudyRun(id, order, StudyState.RUNNING, steps, null, now, null);
    }

    StudyRun {
        steps = new EnumMap<>(steps);
    }

    Step step(StageName name) {
        return steps.getOrDefault(name, Step.waiting(name));
    }

    StudyRun with(Step step) {
        Map<StageName, Step> changed = new EnumMap<>(steps);
        changed.put(step.stage().name(), step);
        return new StudyRun(id, order, state, changed, problem, createdAt, finishedAt);
    }

    boolean completedBefore(StageName name) {
        for (StageName earlier : StageName.values()) {
            if (earlier.compareTo(name) < 0 && !step(earlier).completed()) {
                return false;
            }
        }
        return true;
    }

    /** What a stage has kept so far. */
    <T> Optional<T> output(StageName name, Class<T> type) {
        return Optional.ofNullable(step(name).output())
                .map(json -> Json.read(json.getBytes(StandardCharsets.UTF_8), type));
    }

    /** What a completed stage has kept. */
    <T> T result(StageName name, Class<T> type) {
        return output(name, type)
                .orElseThrow(() -> new IllegalStateException("stage " + name.wireName() + " has kept nothing"));
    }

    /** A key for one effect of this study, the same at every attempt. */
    String key(String effect) {
        return "study/" + id + "/" + effect;
    }

    StudyStatus status() {
        List<Stage> stages =
                steps.keySet().stream().map(name -> step(name).stage()).toList();
        return new StudyStatus(id.toString(), order.study().name(), state, stages, problem, createdAt, finishedAt);
    }
}

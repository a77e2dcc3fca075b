package io.concordance.registry.study;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Studies in memory, with transactions that also cover concerns and releases, and a process that can be killed. */
final class MemoryStudies implements StudyRepository {
    private Map<UUID, StudyRun> runs = new LinkedHashMap<>();
    final Map<String, Object> joined = new HashMap<>();
    private int calls;
    private int killAt = Integer.MAX_VALUE;

    /** The process is gone. */
    static final class Killed extends Error {
        Killed() {
            super("killed");
        }
    }

    /** Kills whoever makes the n-th call from now on; odd ones before their effect, even ones after. */
    void killAt(int call) {
        calls = 0;
        killAt = call;
    }

    int calls() {
        return calls;
    }

    private void call(Runnable effect) {
        boolean kill = ++calls == killAt;
        if (kill && killAt % 2 == 1) {
            throw new Killed();
        }
        effect.run();
        if (kill) {
            throw new Killed();
        }
    }

    @Override
    public boolean insert(StudyRun run) {
        return runs.putIfAbsent(run.id(), run) == null;
    }

    @Override
    public Optional<StudyRun> find(UUID id) {
        call(() -> {});
        return Optional.ofNullable(runs.get(id));
    }

    @Override
    public List<StudyRun> list(@Nullable UUID before, int limit) {
        return new ArrayList<>(runs.values()).reversed();
    }

    @Override
    public List<UUID> running() {
        return runs.values().stream()
                .filter(run -> !run.state().ended())
                .map(StudyRun::id)
                .toList();
    }

    @Override
    public void save(UUID id, Step step) {
        call(() -> runs.computeIfPresent(
                id, (key, run) -> run.step(step.stage().name()).completed() ? run : run.with(step)));
    }

    @Override
    public void end(UUID id, StudyState state, @Nullable String problem, Instant at) {
        call(() -> runs.computeIfPresent(
                id,
                (key, run) -> run.state().ended()
                        ? run
                        : new StudyRun(id, run.order(), state, run.steps(), problem, run.createdAt(), at)));
    }

    @Override
    public void atomically(Runnable work) {
        Map<UUID, StudyRun> runsBefore = new LinkedHashMap<>(runs);
        Map<String, Object> joinedBefore = new HashMap<>(joined);
        try {
            work.run();
        } catch (Throwable e) {
            runs = runsBefore;
            joined.clear();
            joined.putAll(joinedBefore);
            throw e;
        }
    }
}

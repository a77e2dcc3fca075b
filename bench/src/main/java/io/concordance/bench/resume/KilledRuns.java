package io.concordance.bench.resume;

import io.concordance.bench.Report;
import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.ObjectRef;
import io.concordance.contracts.statistics.Proportion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/** Runs killed once each, and what they end with. */
final class KilledRuns {
    private static final int MAX_MISSES = 5;

    private final Platform platform;
    private final Scale scale;
    private final Random random;
    private final int kills;
    private int misses;

    /** @param kills in the order announced; half as many with redelivery */
    KilledRuns(Platform platform, Scale scale, Random random, int kills) {
        this.platform = platform;
        this.scale = scale;
        this.random = random;
        this.kills = kills;
    }

    /**
     * Runs that were treated alike.
     *
     * @param finished completed runs and the dictionaries they published
     */
    private record Group(String name, String threads, boolean killed, Map<String, String> finished) {}

    Report.Section section() throws IOException, InterruptedException {
        CapturedJob job = CapturedJob.write(scale, platform.store());
        List<Group> groups = new ArrayList<>();
        Group reference = new Group("undisturbed", "2", false, new LinkedHashMap<>());
        groups.add(reference);
        platform.trainer().start(2, scale);
        platform.announcements().publish(inOrder(job));
        undisturbed(reference, job);
        double seconds = undisturbed(reference, job);
        platform.trainer().kill();
        Group single = new Group("undisturbed", "1", false, new LinkedHashMap<>());
        groups.add(single);
        platform.trainer().start(1, scale);
        undisturbed(single, job);

        Group killed = new Group("killed", "2", true, new LinkedHashMap<>());
        groups.add(killed);
        platform.trainer().kill();
        platform.trainer().start(2, scale);
        while (killed.finished.size() < kills) {
            platform.progress().begins("kill " + (killed.finished.size() + 1) + " of " + kills);
            kill(killed, job, List.of(), 2, seconds);
        }
        Group redelivered = new Group(
                "killed, shards announced out of order, each twice before and once after the kill",
                "1 before the kill, 2 after it, or the reverse",
                true,
                new LinkedHashMap<>());
        groups.add(redelivered);
        int threads = 2;
        int redeliveries = Math.ceilDiv(kills, 2);
        while (redelivered.finished.size() < redeliveries) {
            platform.progress()
                    .begins("kill " + (redelivered.finished.size() + 1) + " of " + redeliveries + " with redelivery");
            CapturedJob own = CapturedJob.write(scale, platform.store());
            platform.announcements().publish(List.of(own.announcement(), own.announcement()));
            platform.announcements().publish(outOfOrder(own, 2));
            threads = 3 - threads;
            kill(redelivered, own, outOfOrder(own, 1), threads, seconds);
        }
        platform.trainer().kill();
        return table(groups);
    }

    private static List<Event<?>> inOrder(CapturedJob job) {
        List<Event<?>> events = new ArrayList<>(List.of(job.announcement()));
        events.addAll(job.shards());
        return events;
    }

    private List<Event<?>> outOfOrder(CapturedJob job, int copies) {
        List<Event<?>> events = new ArrayList<>();
        for (int copy = 0; copy < copies; copy++) {
            events.addAll(job.shards());
        }
        Collections.shuffle(events, random);
        return events;
    }

    /** Returns the seconds from submission to completion. */
    private double undisturbed(Group group, CapturedJob job) throws IOException, InterruptedException {
        platform.progress().begins("undisturbed, " + group.threads + " threads");
        long begin = System.nanoTime();
        String id = platform.trainer().submit(scale.request(job));
        platform.trainer().awaitCompletion(id);
        double seconds = (System.nanoTime() - begin) / 1e9;
        finished(group, id);
        return seconds;
    }

    private void finished(Group group, String id) throws IOException, InterruptedException {
        group.finished.put(id, platform.trainer().run(id).path("digest").asText());
    }

    /**
     * Starts a run, kills the service at a random moment of the time that an undisturbed one takes, restarts it and waits
     * for the end of the run. A run that was complete by then is a miss and does not count.
     */
    private void kill(Group group, CapturedJob job, List<Event<?>> again, int threads, double seconds)
            throws IOException, InterruptedException {
        TrainerProcess trainer = platform.trainer();
        String id = trainer.submit(scale.request(job));
        Thread.sleep((long) (random.nextDouble() * seconds * 1e3));
        trainer.kill();
        platform.announcements().publish(again);
        trainer.start(threads, scale);
        if (trainer.run(id).path("state").asText().equals("completed")) {
            misses++;
            if (misses > MAX_MISSES + kills) {
                throw new IOException("runs end sooner than the undisturbed ones of " + seconds + " s");
            }
            return;
        }
        trainer.awaitCompletion(id);
        finished(group, id);
    }

    private Report.Section table(List<Group> groups) {
        Map<String, ObjectRef> checkpoints = platform.announcements().completed();
        FinalState expected = null;
        List<List<String>> rows = new ArrayList<>();
        for (Group group : groups) {
            int equal = 0;
            int tensors = 0;
            int counters = 0;
            for (Map.Entry<String, String> run : group.finished.entrySet()) {
                ObjectRef checkpoint = checkpoints.get(run.getKey());
                if (checkpoint == null) {
                    continue;
                }
                FinalState state = FinalState.read(platform.store(), checkpoint, run.getValue());
                expected = expected == null ? state : expected;
                tensors += expected.tensorsUnlike(state);
                counters += expected.countersUnlike(state);
                equal += state.equals(expected) ? 1 : 0;
            }
            int n = group.finished.size();
            Proportion share = Proportion.of(equal, n);
            rows.add(List.of(
                    group.name,
                    group.threads,
                    group.killed ? Integer.toString(n) : "0",
                    equal + " of " + n,
                    String.format(Locale.ROOT, "%.0f to %.0f %%", 100 * share.low(), 100 * share.high()),
                    Integer.toString(tensors),
                    Integer.toString(counters)));
        }
        int tensors = expected == null ? 0 : expected.tensors().size();
        int counters = expected == null ? 0 : expected.counters().size();
        return new Report.Section(
                "Final state of killed runs: " + scale.text() + ", a checkpoint every " + scale.checkpointEvery(),
                List.of(
                        "runs",
                        "threads",
                        "kill -9",
                        "equal to the first",
                        "95 % interval",
                        "tensors that differ",
                        "counters that differ"),
                rows,
                List.of(
                        "equal: SHA-256 of all " + tensors
                                + " tensors (parameters, both moments, firing counters, rest of"
                                + " the window, rows seen), all " + counters + " scalars and the published dictionary;"
                                + " goal: all",
                        "each run is killed once, at a moment drawn from the time an undisturbed one takes; " + misses
                                + " kills came after the end and were drawn again"));
    }
}

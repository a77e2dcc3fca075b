package io.concordance.bench.scale;

import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Workers, and everything they wait for, as a closed network of queues: a consumer has one slice in hand and takes the next
 * when it is done. Behind it, open: the outbox, its relay, and the groups that hear of shards. A slice's times are drawn
 * from those that were measured, model and upload together; everything else takes its mean.
 */
final class Plant {
    private static final int WARM_UP_ROUNDS = 5;
    private static final int ROUNDS = 15;
    private static final int LEAST_SLICES = 2000;
    private static final int NO_SHARD = -1;

    private final Times times;
    private final Layout layout;
    private final int workers;
    private final SplittableRandom random;
    private final Simulation time = new Simulation();
    private final Station database = new Station(time, 1);
    private final Station puts = new Station(time, 1);
    private final Station[] models;
    private final Station[] rows;
    private final Station[][] groups;
    private final Relay relay;
    private final double commitSeconds;
    private final double putSeconds;
    private long done;
    private int next;

    /**
     * What was seen after things had settled.
     *
     * @param captured slices a second whose shards are durable and recorded
     * @param heard slices a second of which every group has heard
     * @param outboxGrowth events a second that the outbox grows by
     */
    record Outcome(
            double captured,
            double heard,
            double outboxGrowth,
            double models,
            double database,
            double jobRow,
            double puts,
            double relay,
            double consumers) {
        static final Outcome NOTHING = new Outcome(0, 0, 0, 0, 1, 0, 0, 0, 0);

        /** Slices a second that all of the line keeps up with. */
        double kept() {
            return Math.min(captured, heard);
        }
    }

    private Plant(Times times, Layout layout, int workers, long seed) {
        this.times = times;
        this.layout = layout;
        this.workers = Math.min(workers, Resource.connected(times, layout));
        this.random = new SplittableRandom(seed);
        this.models = IntStream.range(0, this.workers)
                .mapToObj(worker -> new Station(time, layout.models()))
                .toArray(Station[]::new);
        this.rows = IntStream.range(0, layout.jobs())
                .mapToObj(job -> new Station(time, 1))
                .toArray(Station[]::new);
        this.groups = IntStream.range(0, Layout.GROUPS)
                .mapToObj(group -> IntStream.range(0, Math.min(layout.jobs(), layout.shardPartitions()))
                        .mapToObj(partition -> new Station(time, 1))
                        .toArray(Station[]::new))
                .toArray(Station[][]::new);
        this.relay = new Relay(
                time,
                times.relayFixedSeconds(),
                Math.max(times.relayEachSeconds(), 1 / times.recordsASecond()),
                this::published);
        int counted = 2 + Layout.GROUPS * times.shardsASlice();
        this.commitSeconds =
                Math.max(1, times.commitsASlice() / counted) / Resource.transactions(times, layout, workers);
        this.putSeconds =
                Math.max(1 / (layout.jobs() * layout.putsASecond()), times.bytesASlice() / layout.bytesASecond());
    }

    /**
     * @param measured of slices as they were measured, whatever the layout's slices are
     * @param seed same seed, same outcome
     */
    static Outcome run(Times measured, Layout layout, int workers, long seed) {
        Times times = measured.larger(layout.sliceFactor());
        if (Resource.connected(times, layout) == 0 || Resource.transactions(times, layout, workers) <= 0) {
            return Outcome.NOTHING;
        }
        return new Plant(times, layout, workers, seed).run();
    }

    private Outcome run() {
        int consumers = Math.min(layout.partitions(), workers * layout.consumers());
        for (int consumer = 0; consumer < consumers; consumer++) {
            int worker = consumer % workers;
            // Not all at once, or rounds would stay in step.
            time.after(random.nextDouble() * times.turn(), () -> take(worker));
        }
        double round = consumers / capturing(consumers);
        time.runUntil(WARM_UP_ROUNDS * round);
        long before = done;
        int waiting = relay.waiting();
        relay.reset();
        for (Station[] some : new Station[][] {models, rows, {database, puts}}) {
            for (Station station : some) {
                station.reset();
            }
        }
        for (Station[] group : groups) {
            for (Station station : group) {
                station.reset();
            }
        }
        double from = time.now();
        time.runUntil(from + round * Math.max(ROUNDS, (double) LEAST_SLICES / consumers));
        double seconds = time.now() - from;
        double heard = IntStream.range(0, Layout.GROUPS)
                .mapToDouble(group -> sum(groups[group], Station::throughput) / times.shardsASlice())
                .min()
                .orElseThrow();
        return new Outcome(
                (done - before) / seconds,
                heard,
                (relay.waiting() - waiting) / seconds,
                sum(models, Station::utilisation) / models.length,
                database.utilisation(),
                sum(rows, Station::utilisation) / rows.length,
                puts.utilisation(),
                relay.utilisation(),
                sum(groups[0], Station::utilisation) / groups[0].length);
    }

    /** The bound on what is captured, to choose how long to look. */
    private double capturing(int consumers) {
        double bound = consumers / Resource.cycle(times);
        for (Resource resource :
                new Resource[] {Resource.WORKERS, Resource.DATABASE, Resource.JOB_ROW, Resource.PUTS, Resource.BYTES}) {
            bound = Math.min(bound, resource.limit(times, layout, workers));
        }
        return bound;
    }

    private void take(int worker) {
        int job = next++ % layout.jobs();
        int slice = random.nextInt(times.turnSeconds().length);
        relay.add(NO_SHARD);
        database.serve(
                commitSeconds,
                () -> time.after(
                        times.transaction(),
                        () -> models[worker].serve(
                                times.turnSeconds()[slice],
                                () -> puts.serve(
                                        putSeconds,
                                        () -> time.after(times.uploadSeconds()[slice], () -> finish(worker, job))))));
    }

    private void finish(int worker, int job) {
        rows[job].acquire(() -> database.serve(
                commitSeconds,
                () -> time.after(times.transaction(), () -> {
                    rows[job].release();
                    done++;
                    for (int shard = 0; shard < times.shardsASlice(); shard++) {
                        relay.add(job);
                    }
                    take(worker);
                })));
    }

    private void published(int job) {
        if (job == NO_SHARD) {
            return;
        }
        for (Station[] group : groups) {
            Station consumer = group[job % group.length];
            consumer.acquire(
                    () -> database.serve(commitSeconds, () -> time.after(times.transaction(), consumer::release)));
        }
    }

    private static double sum(Station[] stations, ToDoubleFunction<Station> of) {
        double sum = 0;
        for (Station station : stations) {
            sum += of.applyAsDouble(station);
        }
        return sum;
    }
}

package io.concordance.bench.scale;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a slice needs, and how many slices a second it lets through: the utilisation law, X = U / D with U at most 1. */
enum Resource {
    WORKERS("workers") {
        @Override
        double limit(Times times, Layout layout, int workers) {
            return workers * worker(times, layout);
        }

        @Override
        String demand(Times times, Layout layout) {
            return text("%.3g s of a model, %.3g s of a consumer", times.turn(), cycle(times));
        }
    },
    PARTITIONS("partitions of the work topic") {
        @Override
        double limit(Times times, Layout layout, int workers) {
            return layout.partitions() / cycle(times);
        }

        @Override
        String demand(Times times, Layout layout) {
            return text("%.3g s of a partition", cycle(times));
        }

        @Override
        Change change(Times times, Layout layout, int workers) {
            int wanted = layout.consumers() * workers;
            return new Change(text("%d partitions of the work topic", wanted), layout.withPartitions(wanted));
        }
    },
    CONNECTIONS("connections of PostgreSQL") {
        @Override
        double limit(Times times, Layout layout, int workers) {
            return connected(times, layout) * worker(times, layout);
        }

        @Override
        String demand(Times times, Layout layout) {
            return text("%d of a worker", times.workerConnections());
        }

        @Override
        Change change(Times times, Layout layout, int workers) {
            return new Change("a connection pooler in transaction mode", layout.withConnections(Integer.MAX_VALUE));
        }
    },
    DATABASE("transactions of PostgreSQL") {
        @Override
        double limit(Times times, Layout layout, int workers) {
            return Math.max(0, transactions(times, layout, workers))
                    / Math.max(Times.transactions(times.shardsASlice()), times.commitsASlice());
        }

        @Override
        String demand(Times times, Layout layout) {
            return text(
                    "%.3g commits; %.3g a second of a process%s",
                    times.commitsASlice(), times.idleCommitsASecond(), layout.polling() ? " and worker" : "");
        }

        @Override
        Change change(Times times, Layout layout, int workers) {
            return layout.polling()
                    ? new Change("the outbox relay only where requests are answered", layout.withoutPolling())
                    : times.mayGrow(STEP)
                            ? largerSlices(layout)
                            : new Change(
                                    "a PostgreSQL of twice the transactions",
                                    layout.withDatabaseFactor(2 * layout.databaseFactor()));
        }
    },
    JOB_ROW("row of the job") {
        @Override
        double limit(Times times, Layout layout, int workers) {
            return layout.jobs() / times.transaction();
        }

        @Override
        String demand(Times times, Layout layout) {
            return text("%.3g s of its lock", times.transaction());
        }

        @Override
        Change change(Times times, Layout layout, int workers) {
            return moreJobs(layout);
        }
    },
    RELAY("outbox relay") {
        @Override
        double limit(Times times, Layout layout, int workers) {
            double batch = times.relayFixedSeconds() + Relay.BATCH * times.relayEachSeconds();
            return Relay.BATCH / batch / (1 + times.shardsASlice());
        }

        @Override
        String demand(Times times, Layout layout) {
            return text("%d events", 1 + times.shardsASlice());
        }

        @Override
        @Nullable
        Change change(Times times, Layout layout, int workers) {
            return times.mayGrow(STEP) ? largerSlices(layout) : null;
        }
    },
    SHARD_CONSUMERS("consumers of announced shards") {
        @Override
        double limit(Times times, Layout layout, int workers) {
            return Math.min(layout.jobs(), layout.shardPartitions()) / (times.shardsASlice() * times.transaction());
        }

        @Override
        String demand(Times times, Layout layout) {
            return text("%.3g s of a partition's consumer in each group", times.shardsASlice() * times.transaction());
        }

        @Override
        Change change(Times times, Layout layout, int workers) {
            int wanted = layout.shardPartitions() * STEP;
            return layout.jobs() <= layout.shardPartitions()
                    ? moreJobs(layout)
                    : new Change(text("%d partitions of announced shards", wanted), layout.withShardPartitions(wanted));
        }
    },
    BROKER("records of Kafka") {
        @Override
        double limit(Times times, Layout layout, int workers) {
            return times.recordsASecond() / (1 + times.shardsASlice());
        }

        @Override
        String demand(Times times, Layout layout) {
            return text("%d records", 1 + times.shardsASlice());
        }

        @Override
        @Nullable
        Change change(Times times, Layout layout, int workers) {
            return times.mayGrow(STEP) ? largerSlices(layout) : null;
        }
    },
    PUTS("writes of the object store") {
        @Override
        double limit(Times times, Layout layout, int workers) {
            return layout.jobs() * layout.putsASecond();
        }

        @Override
        String demand(Times times, Layout layout) {
            return "1 under each of its prefixes";
        }

        @Override
        Change change(Times times, Layout layout, int workers) {
            return moreJobs(layout);
        }
    },
    GETS("reads of the object store") {
        @Override
        double limit(Times times, Layout layout, int workers) {
            return layout.jobs() * layout.getsASecond() / layout.readers();
        }

        @Override
        String demand(Times times, Layout layout) {
            return text("%d under each of its prefixes", layout.readers());
        }

        @Override
        Change change(Times times, Layout layout, int workers) {
            return moreJobs(layout);
        }
    },
    BYTES("bytes into the object store") {
        @Override
        double limit(Times times, Layout layout, int workers) {
            return layout.bytesASecond() / times.bytesASlice();
        }

        @Override
        String demand(Times times, Layout layout) {
            return text("%.3g MB", times.bytesASlice() / 1e6);
        }

        @Override
        Change change(Times times, Layout layout, int workers) {
            return new Change("twice the network of the object store", layout.withBytes(2 * layout.bytesASecond()));
        }
    };

    private static final int STEP = 8;

    /** What helps, and the layout that has it. */
    record Change(String what, Layout layout) {}

    private final String title;

    Resource(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    /** Most slices a second that it lets through; {@code times} are of the layout's slices. */
    abstract double limit(Times times, Layout layout, int workers);

    /** What one slice asks of it, in words. */
    abstract String demand(Times times, Layout layout);

    /** What to do when it is the narrowest, null where nothing is known to help. */
    @Nullable
    Change change(Times times, Layout layout, int workers) {
        return null;
    }

    /** Fewest workers that it holds back, 0 when it holds none of {@code most}. */
    int holdsBackFrom(Times times, Layout layout, int most) {
        for (int workers = 1; workers <= most; workers++) {
            if (limit(times, layout, workers) < WORKERS.limit(times, layout, workers)) {
                return workers;
            }
        }
        return 0;
    }

    /** The narrowest one, {@link #WORKERS} where nothing holds them back. */
    static Resource narrowest(Times times, Layout layout, int workers) {
        Resource narrowest = WORKERS;
        for (Resource resource : values()) {
            if (resource.limit(times, layout, workers) < narrowest.limit(times, layout, workers)) {
                narrowest = resource;
            }
        }
        return narrowest;
    }

    /** Seconds that a consumer has a slice in hand when it waits for nobody. */
    static double cycle(Times times) {
        return times.turn() + times.upload() + 2 * times.transaction();
    }

    /** Slices a second of one worker. */
    static double worker(Times times, Layout layout) {
        return Math.min(layout.models() / times.turn(), layout.consumers() / cycle(times));
    }

    /** Workers that get their connections. */
    static int connected(Times times, Layout layout) {
        return Math.max(0, layout.connections() - Layout.OTHER_CONNECTIONS) / times.workerConnections();
    }

    /** Transactions a second that are left for slices. */
    static double transactions(Times times, Layout layout, int workers) {
        int processes = Layout.OTHER_PROCESSES + (layout.polling() ? workers : 0);
        return layout.databaseFactor() * times.transactionsASecond() - processes * times.idleCommitsASecond();
    }

    private static Change moreJobs(Layout layout) {
        int wanted = layout.jobs() * STEP;
        return new Change(text("%d jobs at once", wanted), layout.withJobs(wanted));
    }

    private static Change largerSlices(Layout layout) {
        double wanted = layout.sliceFactor() * STEP;
        return new Change(text("slices of %.0f times the tokens", wanted), layout.withSliceFactor(wanted));
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}

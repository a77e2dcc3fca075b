package io.concordance.bench.scale;

import java.util.ArrayDeque;
import java.util.Deque;

/** Servers that take whoever comes, first come first served, and what was seen of them since {@link #reset}. */
final class Station {
    private record Waiting(double since, Runnable served) {}

    private final Simulation time;
    private final int servers;
    private final Deque<Waiting> queue = new ArrayDeque<>();
    private int busy;
    private double from;
    private double seen;
    private double busySeconds;
    private double presentSeconds;
    private double waitedSeconds;
    private long begun;
    private long ended;

    Station(Simulation time, int servers) {
        this.time = time;
        this.servers = servers;
    }

    /** Runs {@code served} once a server is free, which is the caller's until {@link #release}. */
    void acquire(Runnable served) {
        look();
        if (busy < servers) {
            busy++;
            begun++;
            served.run();
        } else {
            queue.add(new Waiting(time.now(), served));
        }
    }

    void release() {
        look();
        ended++;
        Waiting next = queue.poll();
        if (next == null) {
            busy--;
            return;
        }
        begun++;
        waitedSeconds += time.now() - Math.max(next.since, from);
        next.served.run();
    }

    /** Holds a server for a while. */
    void serve(double seconds, Runnable done) {
        acquire(() -> time.after(seconds, () -> {
            release();
            done.run();
        }));
    }

    /** Forgets what was seen so far. */
    void reset() {
        look();
        from = time.now();
        busySeconds = 0;
        presentSeconds = 0;
        waitedSeconds = 0;
        begun = 0;
        ended = 0;
    }

    /** Share of the servers that was busy. */
    double utilisation() {
        look();
        return busySeconds / (servers * (time.now() - from));
    }

    /** Served to the end, a second. */
    double throughput() {
        return ended / (time.now() - from);
    }

    /** Mean wait of those whose service began, seconds. */
    double meanWait() {
        return begun == 0 ? 0 : waitedSeconds / begun;
    }

    /** Mean number of those who wait or are served. */
    double meanPresent() {
        look();
        return presentSeconds / (time.now() - from);
    }

    int waiting() {
        return queue.size();
    }

    private void look() {
        double passed = time.now() - seen;
        busySeconds += passed * busy;
        presentSeconds += passed * (busy + queue.size());
        seen = time.now();
    }
}

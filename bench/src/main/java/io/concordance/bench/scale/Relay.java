package io.concordance.bench.scale;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.IntConsumer;

/** The outbox: events that wait, and the one relay that publishes them, batch after batch. */
final class Relay {
    /** As {@code OutboxRelay} has it. */
    static final int BATCH = 256;

    private final Simulation time;
    private final double fixedSeconds;
    private final double eachSeconds;
    private final IntConsumer published;
    private final Deque<Integer> waiting = new ArrayDeque<>();
    private boolean busy;
    private double from;
    private double busySeconds;

    /**
     * @param fixedSeconds of a batch, besides {@code eachSeconds} of every event in it
     * @param published told the job of each event
     */
    Relay(Simulation time, double fixedSeconds, double eachSeconds, IntConsumer published) {
        this.time = time;
        this.fixedSeconds = fixedSeconds;
        this.eachSeconds = eachSeconds;
        this.published = published;
    }

    void add(int job) {
        waiting.add(job);
        if (!busy) {
            publish();
        }
    }

    int waiting() {
        return waiting.size();
    }

    void reset() {
        from = time.now();
        busySeconds = 0;
    }

    double utilisation() {
        return Math.min(1, busySeconds / (time.now() - from));
    }

    private void publish() {
        int batch = Math.min(BATCH, waiting.size());
        if (batch == 0) {
            busy = false;
            return;
        }
        busy = true;
        double seconds = fixedSeconds + batch * eachSeconds;
        busySeconds += seconds;
        time.after(seconds, () -> {
            for (int i = 0; i < batch; i++) {
                published.accept(waiting.remove());
            }
            publish();
        });
    }
}

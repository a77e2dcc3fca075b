package io.concordance.bench.scale;

import java.util.Comparator;
import java.util.PriorityQueue;

/** Time that jumps from event to event. What happens at the same time happens in the order in which it was planned. */
final class Simulation {
    private record Planned(double at, long number, Runnable what) {}

    private final PriorityQueue<Planned> planned =
            new PriorityQueue<>(Comparator.comparingDouble(Planned::at).thenComparingLong(Planned::number));
    private long count;
    private double now;

    /** Seconds since the beginning. */
    double now() {
        return now;
    }

    void after(double seconds, Runnable what) {
        planned.add(new Planned(now + seconds, count++, what));
    }

    /** Lets things happen up to a moment. */
    void runUntil(double end) {
        while (!planned.isEmpty() && planned.peek().at <= end) {
            Planned next = planned.remove();
            now = next.at;
            next.what.run();
        }
        now = end;
    }
}

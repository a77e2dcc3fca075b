package io.concordance.trainer.step;

/** Learning rate over a run (linear warm-up, level, linear decay to zero over the last fifth) and weight of penalties. */
final class Schedule {
    private static final long LONGEST_WARM_UP = 1000;
    private static final long WARM_UP_SHARE = 20;
    private static final double DECAY_FROM = 0.8;

    private Schedule() {}

    /** Factor on penalties for step {@code t}, counted from 1: rises to 1 over the first twentieth. */
    static double ramp(long t, long steps) {
        return Math.min(1, (double) t / Math.max(1, steps / WARM_UP_SHARE));
    }

    /** Factor on the peak rate for step {@code t}, counted from 1. */
    static double at(long t, long steps) {
        long warmUp = Math.min(LONGEST_WARM_UP, steps / WARM_UP_SHARE);
        double up = t <= warmUp ? (double) t / (warmUp + 1) : 1;
        double decayStart = DECAY_FROM * steps;
        double down = t <= decayStart ? 1 : (steps + 1 - t) / (steps + 1 - decayStart);
        return Math.min(up, down);
    }
}

package io.concordance.trainer.step;

import java.util.Arrays;

/** When each feature last fired, and how often. */
final class FeatureCounts {
    private static final double TAIL = 0.75;

    private final TrainConfig config;
    private final long[] lastFired;
    private final long[] tail;
    private final long[] recent;
    private final long[] closed;

    FeatureCounts(TrainConfig config) {
        this.config = config;
        this.lastFired = new long[config.width()];
        this.tail = new long[config.width()];
        this.recent = new long[config.width()];
        this.closed = new long[config.width()];
    }

    /**
     * Takes in a step.
     *
     * @param fired rows of the batch on which each feature fired, [features]
     */
    void count(int[] fired, long t) {
        boolean late = t > tailStart();
        for (int f = 0; f < fired.length; f++) {
            if (fired[f] > 0) {
                lastFired[f] = t * config.batch();
                recent[f] += fired[f];
                tail[f] += late ? fired[f] : 0;
            }
        }
    }

    int[] dead(long seen) {
        int[] dead = new int[deadCount(seen)];
        int count = 0;
        for (int f = 0; count < dead.length; f++) {
            if (isDead(f, seen)) {
                dead[count++] = f;
            }
        }
        return dead;
    }

    int deadCount(long seen) {
        int count = 0;
        for (int f = 0; f < lastFired.length; f++) {
            count += isDead(f, seen) ? 1 : 0;
        }
        return count;
    }

    private boolean isDead(int feature, long seen) {
        return seen - lastFired[feature] > config.deadAfter();
    }

    /** Features of which a firing is less than {@code deadAfter} rows ago. */
    boolean[] alive(long seen) {
        boolean[] alive = new boolean[lastFired.length];
        for (int f = 0; f < alive.length; f++) {
            alive[f] = lastFired[f] > 0 && !isDead(f, seen);
        }
        return alive;
    }

    private long tailStart() {
        return (long) (TAIL * config.steps());
    }

    /** Rows that {@link #tail} was counted over after {@code step} steps. */
    long tailRows(long step) {
        return Math.max(0, step - tailStart()) * config.batch();
    }

    /** Row count at each feature's last firing, [features]. */
    long[] lastFired() {
        return lastFired;
    }

    /** Firings in the last quarter of the run, [features]. */
    long[] tail() {
        return tail;
    }

    /** Firings since the last {@link #closeInterval}, [features]. */
    long[] recent() {
        return recent;
    }

    /** Firings in the interval before, [features]. */
    long[] closed() {
        return closed;
    }

    void closeInterval() {
        System.arraycopy(recent, 0, closed, 0, recent.length);
        Arrays.fill(recent, 0);
    }

    void restore(TrainState state) {
        System.arraycopy(state.lastFired(), 0, lastFired, 0, lastFired.length);
        System.arraycopy(state.firings(), 0, tail, 0, tail.length);
        System.arraycopy(state.recent(), 0, recent, 0, recent.length);
    }
}

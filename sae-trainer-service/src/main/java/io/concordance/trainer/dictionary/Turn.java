package io.concordance.trainer.dictionary;

import io.concordance.trainer.TrainerConfig;

/** How long a run may keep its thread while others wait for one. */
final class Turn {
    private static final long ASK_NANOS = 1_000_000_000L;

    private final PostgresTrainingLease lease;
    private final long patience;
    private final long end;
    private long nextQuestion = System.nanoTime();
    private long starvedSince;
    private boolean starved;

    Turn(TrainerConfig config, PostgresTrainingLease lease) {
        this.lease = lease;
        this.patience = config.patience().toNanos();
        this.end = System.nanoTime() + config.turn().toNanos();
    }

    /** A step was taken. */
    void moved() {
        starved = false;
    }

    /** No step could be taken. Returns whether it is the first time since the last one. */
    boolean starved() {
        if (starved) {
            return false;
        }
        starved = true;
        starvedSince = System.nanoTime();
        return true;
    }

    /** Whether the run waits for its next shard. */
    boolean starving() {
        return starved;
    }

    /** Whether the run has trained, or waited for its next shard, long enough and another one is ready. */
    boolean over() {
        long now = System.nanoTime();
        boolean enough = now - end > 0 || starved && now - starvedSince > patience;
        if (!enough || now - nextQuestion < 0) {
            return false;
        }
        nextQuestion = now + ASK_NANOS;
        return lease.othersWait();
    }
}

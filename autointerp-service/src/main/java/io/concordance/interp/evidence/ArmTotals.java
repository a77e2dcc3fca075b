package io.concordance.interp.evidence;

import io.concordance.contracts.transcript.Outcome;
import java.util.Arrays;

/** What an arm holds, whatever fires. */
public final class ArmTotals {
    private final Arm arm;
    private long rows;
    private final long[] rowsByBucket = new long[Positions.BUCKETS];
    private final int[] documents = new int[Outcome.values().length];

    ArmTotals(Arm arm) {
        this.arm = arm;
    }

    void addRows(long[] buckets) {
        for (int b = 0; b < buckets.length; b++) {
            rowsByBucket[b] += buckets[b];
            rows += buckets[b];
        }
    }

    void count(Outcome outcome, int change) {
        documents[outcome.ordinal()] += change;
    }

    public Arm arm() {
        return arm;
    }

    public long rows() {
        return rows;
    }

    public int documents(Outcome outcome) {
        return documents[outcome.ordinal()];
    }

    public long[] rowsByBucket() {
        return Arrays.copyOf(rowsByBucket, rowsByBucket.length);
    }
}

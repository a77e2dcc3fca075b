package io.concordance.interp.evidence;

import io.concordance.contracts.transcript.Outcome;
import java.util.Arrays;

/** What an arm holds, whatever fires. */
public final class ArmTotals {
    private final Arm arm;
    private long rows;
    private final long[] rowsByBucket = new long[Positions.BUCKETS];
    private final TokenPlaces places = new TokenPlaces();
    private final Residuals residuals = new Residuals();
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

    void write(Wire.Out out) {
        out.text(arm.name());
        out.text(arm.kind());
        out.count(rows);
        for (long count : rowsByBucket) {
            out.count(count);
        }
        for (int count : documents) {
            out.count(count);
        }
        places.write(out);
        residuals.write(out);
    }

    static ArmTotals read(Wire.In in) {
        ArmTotals totals = new ArmTotals(new Arm(in.text(), in.text()));
        totals.rows = in.number();
        for (int b = 0; b < totals.rowsByBucket.length; b++) {
            totals.rowsByBucket[b] = in.number();
        }
        for (int o = 0; o < totals.documents.length; o++) {
            totals.documents[o] = in.count();
        }
        totals.places.read(in);
        totals.residuals.read(in);
        return totals;
    }

    /** How often each token id stood in each octave of positions. */
    public TokenPlaces places() {
        return places;
    }

    Residuals residuals() {
        return residuals;
    }

    /** How much of its rows the dictionary reconstructs. */
    public Coverage coverage() {
        return residuals.coverage(arm);
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

package io.concordance.trainer.identity;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.SparseEncoder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A dictionary held against the one published before, index by index: training moves a feature, never its index. */
public final class Comparison {
    /** Least cosine of a feature that is what it was. */
    public static final double KEPT_COSINE = 0.9;
    /** Least agreement of a feature that is what it was. */
    public static final double KEPT_AGREEMENT = 0.5;
    /** Least cosine of a feature that is still recognised. */
    public static final double KNOWN_COSINE = 0.5;

    private static final int LEAST_FIRINGS = 10;

    private final Ancestor before;
    private final Dictionary after;
    private final int[] either;
    private final int[] both;

    private Comparison(Ancestor before, Dictionary after) {
        this.before = before;
        this.after = after;
        this.either = new int[after.features()];
        this.both = new int[after.features()];
    }

    /**
     * @param alive features of {@code after} that fired, [features]
     * @param rows [count, width] that both are asked about; may be none
     * @return by index; nothing for features that never fired
     */
    public static List<Verdict> of(Ancestor before, Dictionary after, BitSet alive, float[] rows, int count) {
        Comparison comparison = new Comparison(before, after);
        if (count > 0) {
            comparison.fire(rows, count);
        }
        List<Verdict> verdicts = new ArrayList<>();
        for (int f = 0; f < after.features(); f++) {
            comparison.judge(f, alive.get(f), verdicts);
        }
        return verdicts;
    }

    private void fire(float[] rows, int count) {
        BitSet[] fired = new BitSet[either.length];
        new SparseEncoder(before.dictionary()).encode(rows, count, (row, feature, value) -> {
            if (fired[feature] == null) {
                fired[feature] = new BitSet(count);
            }
            fired[feature].set(row);
            either[feature]++;
        });
        new SparseEncoder(after).encode(rows, count, (row, feature, value) -> {
            if (fired[feature] != null && fired[feature].get(row)) {
                both[feature]++;
            } else {
                either[feature]++;
            }
        });
    }

    private void judge(int f, boolean fires, List<Verdict> verdicts) {
        boolean fired = before.alive().get(f);
        double cosine = cosine(f);
        Double agreement = either[f] < LEAST_FIRINGS ? null : Double.valueOf((double) both[f] / either[f]);
        if (fired && (!fires || cosine < KNOWN_COSINE)) {
            verdicts.add(new Verdict(f, Change.RETIRED, cosine, agreement));
        }
        if (fires) {
            verdicts.add(new Verdict(f, change(f, fired, cosine, agreement), cosine, agreement));
        }
    }

    private Change change(int f, boolean fired, double cosine, @Nullable Double agreement) {
        if (cosine < KNOWN_COSINE || !before.ever().get(f)) {
            return Change.NEW;
        }
        if (!fired) {
            return Change.REVIVED;
        }
        return cosine >= KEPT_COSINE && (agreement == null || agreement >= KEPT_AGREEMENT)
                ? Change.KEPT
                : Change.DRIFTED;
    }

    private double cosine(int f) {
        float[] a = before.dictionary().decoder();
        float[] b = after.decoder();
        double product = 0;
        double first = 0;
        double second = 0;
        for (int c = f * after.width(); c < (f + 1) * after.width(); c++) {
            product += (double) a[c] * b[c];
            first += (double) a[c] * a[c];
            second += (double) b[c] * b[c];
        }
        return first > 0 && second > 0 ? Math.clamp(product / Math.sqrt(first * second), -1, 1) : 0;
    }
}

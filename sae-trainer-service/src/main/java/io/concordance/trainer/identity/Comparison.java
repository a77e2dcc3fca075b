package io.concordance.trainer.identity;

import io.concordance.contracts.dictionary.Dictionary;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A dictionary held against the one published before, index by index: training moves a feature, never its index. What goes
 * on at several indices is found by {@link Splits}.
 */
public final class Comparison {
    /** Least cosine of a feature that is what it was. */
    public static final double KEPT_COSINE = 0.9;
    /** Least agreement of a feature that is what it was. */
    public static final double KEPT_AGREEMENT = 0.5;
    /** Least cosine of a feature that is still recognised. */
    public static final double KNOWN_COSINE = 0.5;

    /** Fewest rows that say something about where two features fire. */
    static final int LEAST_FIRINGS = 10;

    private final Ancestor before;
    private final Dictionary after;

    private Comparison(Ancestor before, Dictionary after) {
        this.before = before;
        this.after = after;
    }

    /**
     * @param alive features of {@code after} that fired, [features]
     * @param rows [count, width] that both are asked about; may be none
     * @return by index; nothing for features that never fired
     */
    public static List<Verdict> of(Ancestor before, Dictionary after, BitSet alive, float[] rows, int count) {
        Comparison comparison = new Comparison(before, after);
        FiredRows earlier = FiredRows.of(before.dictionary(), rows, count);
        FiredRows later = FiredRows.of(after, rows, count);
        List<Verdict> verdicts = new ArrayList<>();
        for (int f = 0; f < after.features(); f++) {
            comparison.judge(f, alive.get(f), agreement(earlier, later, f), verdicts);
        }
        return Splits.applied(comparison, earlier, later, verdicts);
    }

    private static @Nullable Double agreement(FiredRows earlier, FiredRows later, int f) {
        int both = earlier.both(f, later, f);
        int either = earlier.firings(f) + later.firings(f) - both;
        return either < LEAST_FIRINGS ? null : Double.valueOf((double) both / either);
    }

    private void judge(int f, boolean fires, @Nullable Double agreement, List<Verdict> verdicts) {
        boolean fired = firedBefore(f);
        double cosine = cosine(f, f);
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

    int features() {
        return after.features();
    }

    boolean firedBefore(int feature) {
        return before.alive().get(feature);
    }

    /** Between the decoder direction of a feature before and of one after. */
    double cosine(int earlier, int later) {
        float[] a = before.dictionary().decoder();
        float[] b = after.decoder();
        int width = after.width();
        double product = 0;
        double first = 0;
        double second = 0;
        for (int c = 0; c < width; c++) {
            double x = a[earlier * width + c];
            double y = b[later * width + c];
            product += x * y;
            first += x * x;
            second += y * y;
        }
        return first > 0 && second > 0 ? Math.clamp(product / Math.sqrt(first * second), -1, 1) : 0;
    }
}

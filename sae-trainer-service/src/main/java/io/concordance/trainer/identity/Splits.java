package io.concordance.trainer.identity;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Features that go on as several. A feature of the later dictionary is a part of an earlier one's where it fires inside that
 * one's rows and points its way, and has no earlier self of its own at another index; an earlier feature is split where its
 * parts are at least two, cover its rows together, and none of them alone is what it was.
 */
final class Splits {
    /** Least share of a part's firings that lie on rows of the earlier feature. */
    static final double INSIDE = 0.8;
    /** Least share of the earlier feature's rows on which a part fires. */
    static final double SHARE = 0.1;
    /** Least share of the earlier feature's rows on which any part fires. */
    static final double COVERED = 0.8;
    /** Least agreement with which one feature alone is still the whole. */
    static final double WHOLE_AGREEMENT = 0.8;

    private final Comparison pair;
    private final FiredRows before;
    private final FiredRows after;

    private Splits(Comparison pair, FiredRows before, FiredRows after) {
        this.pair = pair;
        this.before = before;
        this.after = after;
    }

    private record Part(int index, double cosine, double agreement) {}

    /** The verdicts of index against index, with those of split features and of their parts in place of what they said. */
    static List<Verdict> applied(Comparison pair, FiredRows before, FiredRows after, List<Verdict> verdicts) {
        Map<Integer, Verdict> split = new Splits(pair, before, after).parts(verdicts);
        BitSet gone = new BitSet();
        split.values().forEach(part -> gone.set(part.from()));
        List<Verdict> applied = new ArrayList<>();
        for (Verdict verdict : verdicts) {
            @Nullable Verdict part = split.get(verdict.index());
            if (verdict.change() == Change.RETIRED) {
                if (!gone.get(verdict.index())) {
                    applied.add(verdict);
                }
            } else {
                applied.add(part == null ? verdict : part);
            }
        }
        return applied;
    }

    /** Parts of split features, by their index. */
    private Map<Integer, Verdict> parts(List<Verdict> verdicts) {
        Map<Integer, List<Part>> byEarlier = new TreeMap<>();
        int[] overlap = new int[pair.features()];
        for (Verdict verdict : verdicts) {
            int whole = -1;
            switch (verdict.change()) {
                case NEW -> whole = nearest(verdict.index(), overlap);
                case KEPT, DRIFTED -> whole = isPart(verdict.index(), verdict.index()) ? verdict.index() : -1;
                case REVIVED, RETIRED, SPLIT -> {}
            }
            if (whole >= 0) {
                byEarlier.computeIfAbsent(whole, i -> new ArrayList<>()).add(part(whole, verdict.index()));
            }
        }
        Map<Integer, Verdict> parts = new HashMap<>();
        byEarlier.forEach((whole, found) -> {
            if (splits(whole, found)) {
                found.forEach(
                        part -> parts.put(part.index, new Verdict(part.index, whole, Change.SPLIT, part.cosine, (Double)
                                part.agreement)));
            }
        });
        return parts;
    }

    /** The earlier feature that a new one is a part of: of several, the one it agrees with most; -1 for none. */
    private int nearest(int part, int[] overlap) {
        List<Integer> met = new ArrayList<>();
        for (int row : after.rows(part)) {
            for (int feature : before.features(row)) {
                if (overlap[feature]++ == 0) {
                    met.add(feature);
                }
            }
        }
        int best = -1;
        double most = 0;
        for (int feature : met) {
            double agreement = agreement(overlap[feature], feature, part);
            boolean better = agreement > most || (agreement == most && feature < best);
            if (better && pair.firedBefore(feature) && isPart(overlap[feature], feature, part)) {
                best = feature;
                most = agreement;
            }
            overlap[feature] = 0;
        }
        return best;
    }

    private boolean isPart(int whole, int part) {
        return isPart(before.both(whole, after, part), whole, part);
    }

    private boolean isPart(int both, int whole, int part) {
        return both >= Comparison.LEAST_FIRINGS
                && both >= INSIDE * after.firings(part)
                && both >= SHARE * before.firings(whole)
                && pair.cosine(whole, part) >= Comparison.KNOWN_COSINE;
    }

    private Part part(int whole, int part) {
        return new Part(part, pair.cosine(whole, part), agreement(before.both(whole, after, part), whole, part));
    }

    private double agreement(int both, int whole, int part) {
        return (double) both / (before.firings(whole) + after.firings(part) - both);
    }

    private boolean splits(int whole, List<Part> parts) {
        if (parts.size() < 2 || parts.stream().anyMatch(Splits::isWhole)) {
            return false;
        }
        BitSet rows = new BitSet();
        for (int row : before.rows(whole)) {
            rows.set(row);
        }
        BitSet covered = new BitSet();
        for (Part part : parts) {
            for (int row : after.rows(part.index)) {
                covered.set(row, rows.get(row));
            }
        }
        return covered.cardinality() >= COVERED * rows.cardinality();
    }

    private static boolean isWhole(Part part) {
        return part.cosine >= Comparison.KEPT_COSINE && part.agreement >= WHOLE_AGREEMENT;
    }
}

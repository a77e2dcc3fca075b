package io.concordance.interp.label;

import io.concordance.interp.evidence.Background;
import io.concordance.interp.evidence.BackgroundSite;
import io.concordance.interp.evidence.DocumentRows;
import io.concordance.interp.evidence.Site;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * Background tokens of one split, indexed by every simple condition that holds on them, so that a rule is counted without
 * visiting each token. Sites are numbered: uniformly drawn ones first, then those kept for their stratum.
 */
public final class Contrast {
    static final int MAX_DISTANCE = 3;

    private final List<BackgroundSite> sites = new ArrayList<>();
    private final BitSet uniform = new BitSet();
    private final List<BitSet> firing = new ArrayList<>();
    private final Map<Condition, Postings> index = new HashMap<>();

    public Contrast(Background background, int features) {
        sites.addAll(background.uniform());
        uniform.set(0, sites.size());
        sites.addAll(background.stratified());
        for (int j = 0; j < features; j++) {
            firing.add(new BitSet());
        }
        for (int s = 0; s < sites.size(); s++) {
            for (int feature : sites.get(s).fired()) {
                firing.get(feature).set(s);
            }
            for (Condition condition : conditions(sites.get(s))) {
                index.computeIfAbsent(condition, c -> new Postings()).add(s);
            }
        }
    }

    /** Every simple condition that holds on a token: its id, up to three before it, its place, and what stands before. */
    static List<Condition> conditions(Site site) {
        DocumentRows document = site.document();
        int row = site.row();
        int first = document.firstRow();
        List<Condition> conditions = new ArrayList<>();
        conditions.add(new Condition.TokenIn(List.of(document.token(row))));
        for (int distance = 1; distance <= MAX_DISTANCE && row - distance >= first; distance++) {
            conditions.add(new Condition.Preceded(distance, document.token(row - distance)));
        }
        for (Condition.At at : Condition.At.values()) {
            if (at.holds(site)) {
                conditions.add(at);
            }
        }
        for (int r = Math.max(first, row - Condition.Contains.REACH); r < row; r++) {
            conditions.add(new Condition.Contains(List.of(document.token(r))));
            if (r + 1 < row) {
                conditions.add(new Condition.Contains(List.of(document.token(r), document.token(r + 1))));
            }
        }
        return conditions;
    }

    /** Uniformly drawn sites that a feature is silent on. */
    BitSet silentUniform(int feature) {
        BitSet silent = (BitSet) uniform.clone();
        silent.andNot(firing.get(feature));
        return silent;
    }

    /** Sites that a condition holds on. */
    BitSet where(Condition condition) {
        BitSet where = new BitSet();
        visit(condition, where::set);
        return where;
    }

    /** How many of {@code within} a condition holds on. */
    int count(Condition condition, BitSet within) {
        int[] count = new int[1];
        visit(condition, site -> count[0] += within.get(site) ? 1 : 0);
        return count[0];
    }

    /** Calls with every site that a condition holds on, once each. */
    void visit(Condition condition, IntConsumer visitor) {
        if (condition instanceof Condition.TokenIn tokens) {
            tokens.tokens().forEach(t -> visitSimple(new Condition.TokenIn(List.of(t)), visitor));
        } else {
            visitSimple(condition, visitor);
        }
    }

    private void visitSimple(Condition condition, IntConsumer visitor) {
        Postings postings = index.get(condition);
        for (int i = 0; postings != null && i < postings.size; i++) {
            visitor.accept(postings.sites[i]);
        }
    }

    /** All sites that a feature is silent on. */
    BitSet silent(int feature) {
        BitSet silent = new BitSet();
        silent.set(0, sites.size());
        silent.andNot(firing.get(feature));
        return silent;
    }

    /** How many sites were drawn uniformly. */
    int uniform() {
        return uniform.cardinality();
    }

    int size() {
        return sites.size();
    }

    private static final class Postings {
        private int[] sites = new int[2];
        private int size;

        void add(int site) {
            if (size > 0 && sites[size - 1] == site) {
                return;
            }
            if (size == sites.length) {
                sites = Arrays.copyOf(sites, Math.multiplyExact(size, 2));
            }
            sites[size++] = site;
        }
    }
}

package io.concordance.interp.label;

import io.concordance.interp.evidence.Example;
import io.concordance.interp.label.Explanation.TokenContrast;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Labels from counts alone. The head of the rule is the condition that best separates drawn firings from uniform silent
 * tokens by balanced accuracy, simpler conditions preferred; while the rule still holds on many silent tokens, the
 * condition that separates those best is added, at most two.
 */
public final class TokenContrastExplainer implements Explainer {
    private static final int MAX_CONDITIONS = 3;
    private static final int MAX_TOKENS = 8;
    private static final int SHOWN_TOKENS = 10;
    private static final int FEW = 3;
    private static final double PRECISE_ENOUGH = 0.8;
    private static final double WORTH_ADDING = 0.05;
    private static final double HEAD_SHARE = 0.5;
    private static final double ADDED_SHARE = 0.6;

    @Override
    public String id() {
        return "token-contrast";
    }

    @Override
    public String version() {
        return "1";
    }

    @Override
    public String trustTier() {
        return "offline-statistics";
    }

    @Override
    public Explanation explain(
            int feature, List<Example> firings, List<Example> shown, Contrast contrast, TokenText text) {
        if (firings.isEmpty()) {
            return new Explanation(seenOnly(shown, text), null, List.of());
        }
        BitSet silent = contrast.silentUniform(feature);
        List<TokenContrast> tokens = tokens(firings, contrast, silent, text);
        Candidates candidates = new Candidates(firings);
        List<Condition> conditions = new ArrayList<>();
        conditions.add(head(candidates, tokens, contrast, silent));
        while (conditions.size() < MAX_CONDITIONS) {
            Condition next = next(conditions, candidates, contrast, feature, silent);
            if (next == null) {
                break;
            }
            conditions.add(next);
        }
        Rule rule = new Rule(List.copyOf(conditions));
        return new Explanation(
                "fires " + rule.phrase(text),
                rule,
                tokens.stream().limit(SHOWN_TOKENS).toList());
    }

    private static String seenOnly(List<Example> shown, TokenText text) {
        Example strongest = shown.getFirst();
        String before = strongest.row() == 0
                ? " on the first token"
                : " after " + text.quoted(strongest.document().tokens()[strongest.row() - 1]);
        return "seen only on token " + text.quoted(strongest.token()) + before;
    }

    private static List<TokenContrast> tokens(List<Example> firings, Contrast contrast, BitSet silent, TokenText text) {
        Map<Integer, Integer> counts = new TreeMap<>();
        firings.forEach(f -> counts.merge(f.token(), 1, Integer::sum));
        int drawn = silent.cardinality();
        List<TokenContrast> tokens = new ArrayList<>();
        counts.forEach((token, fired) -> {
            int met = contrast.count(new Condition.TokenIn(List.of(token)), silent);
            double pmi = Math.log(rate(fired, firings.size()) / rate(met, drawn));
            tokens.add(new TokenContrast(token, text.of(token), fired, firings.size(), met, drawn, pmi));
        });
        tokens.sort(Comparator.comparingDouble((TokenContrast t) -> -t.fired() * t.pmi())
                .thenComparingInt(TokenContrast::token));
        return tokens;
    }

    private static Condition head(Candidates candidates, List<TokenContrast> tokens, Contrast contrast, BitSet silent) {
        Map<Condition, Integer> counted = new LinkedHashMap<>();
        List<Integer> telling = tokens.stream()
                .filter(t -> t.pmi() > Math.log(2))
                .limit(MAX_TOKENS)
                .map(TokenContrast::token)
                .toList();
        for (int size = 1; size <= telling.size(); size++) {
            Condition set = new Condition.TokenIn(telling.subList(0, size));
            counted.put(set, candidates.count(set, List.of()));
        }
        candidates.common(List.of(), HEAD_SHARE).forEach(counted::putIfAbsent);
        if (counted.isEmpty()) {
            Condition most = new Condition.TokenIn(List.of(tokens.getFirst().token()));
            counted.put(most, candidates.count(most, List.of()));
        }
        int drawn = silent.cardinality();
        Condition best = null;
        double bestScore = Double.NEGATIVE_INFINITY;
        for (Map.Entry<Condition, Integer> candidate : counted.entrySet()) {
            double hit = rate(candidate.getValue(), candidates.size());
            double miss = rate(contrast.count(candidate.getKey(), silent), drawn);
            double score = (hit + 1 - miss) / 2 - cost(candidate.getKey());
            if (score > bestScore) {
                best = candidate.getKey();
                bestScore = score;
            }
        }
        return java.util.Objects.requireNonNull(best, "there is always a candidate");
    }

    private static @org.jspecify.annotations.Nullable Condition next(
            List<Condition> rule, Candidates candidates, Contrast contrast, int feature, BitSet silent) {
        BitSet matching = contrast.where(rule.getFirst());
        rule.stream().skip(1).forEach(c -> matching.and(contrast.where(c)));
        BitSet hard = (BitSet) matching.clone();
        hard.andNot(contrast.firing(feature));
        int wrong = hard.cardinality();
        int right = matching.cardinality() - wrong;
        if (wrong < FEW || right >= PRECISE_ENOUGH * (right + wrong)) {
            return null;
        }
        BitSet silentMatching = (BitSet) matching.clone();
        silentMatching.and(silent);
        int drawn = silent.cardinality();
        double base = value(candidates.count(rule), candidates.size(), silentMatching.cardinality(), drawn, 1);
        Condition best = null;
        double bestScore = base + WORTH_ADDING;
        for (Map.Entry<Condition, Integer> candidate :
                candidates.common(rule, ADDED_SHARE).entrySet()) {
            Condition condition = candidate.getKey();
            double score = value(
                            candidate.getValue(),
                            candidates.size(),
                            contrast.count(condition, silentMatching),
                            drawn,
                            rate(contrast.count(condition, hard), wrong))
                    - cost(condition) / 2;
            if (score > bestScore) {
                best = condition;
                bestScore = score;
            }
        }
        return best;
    }

    /** Balanced accuracy whose negatives are one half uniform tokens and one half those the rule so far gets wrong. */
    private static double value(int hits, int firings, int falseHits, int drawn, double hardMisses) {
        return (rate(hits, firings) + 1 - (rate(falseHits, drawn) + hardMisses) / 2) / 2;
    }

    private static double rate(int count, int of) {
        return (count + 0.5) / (of + 1);
    }

    /** What a condition must gain over a plainer one before it is preferred. */
    private static double cost(Condition condition) {
        return switch (condition) {
            case Condition.TokenIn tokens -> 0.005 * (tokens.tokens().size() - 1);
            case Condition.At at -> 0.01;
            case Condition.Preceded preceded -> 0.01 * preceded.distance();
            case Condition.Contains contains ->
                0.04 + 0.005 * (contains.tokens().size() - 1);
        };
    }

    /** Conditions that hold on drawn firings, with how often. */
    private static final class Candidates {
        private final List<Example> firings;
        private final List<List<Condition>> conditions;

        Candidates(List<Example> firings) {
            this.firings = firings;
            this.conditions = firings.stream().map(Contrast::conditions).toList();
        }

        int size() {
            return firings.size();
        }

        int count(List<Condition> rule) {
            Rule all = new Rule(rule);
            return (int) firings.stream().filter(all::predicts).count();
        }

        int count(Condition added, List<Condition> rule) {
            List<Condition> all = new ArrayList<>(rule);
            all.add(added);
            return count(all);
        }

        /** Simple conditions that hold on at least this share of the firings that a rule covers, in a fixed order. */
        Map<Condition, Integer> common(List<Condition> rule, double share) {
            Rule all = new Rule(rule);
            Map<Condition, Integer> counts = new LinkedHashMap<>();
            int covered = 0;
            for (int i = 0; i < firings.size(); i++) {
                if (all.predicts(firings.get(i))) {
                    covered++;
                    new java.util.LinkedHashSet<>(conditions.get(i)).forEach(c -> counts.merge(c, 1, Integer::sum));
                }
            }
            double least = share * covered;
            counts.keySet().removeAll(new HashSet<>(rule));
            counts.values().removeIf(count -> count < least);
            return counts;
        }
    }
}

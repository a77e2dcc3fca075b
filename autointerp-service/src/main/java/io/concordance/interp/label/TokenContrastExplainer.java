package io.concordance.interp.label;

import io.concordance.interp.evidence.Example;
import io.concordance.interp.label.Explanation.TokenContrast;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Labels from counts alone: the conjunction of at most three conditions that best separates firings from silent tokens.
 * The value of a rule is the share of activation it covers against how wrong it is, less a small cost for every condition.
 * It is wrong where it holds on silent tokens with the ids of the firings, and where most of what it holds on is silent.
 * Conditions are added greedily to the best few first ones.
 */
public final class TokenContrastExplainer implements Explainer {
    private static final int MAX_CONDITIONS = 3;
    private static final int MAX_TOKENS = 8;
    private static final int SHOWN_TOKENS = 10;
    private static final int HEADS = 4;
    private static final double LEAST_TOKEN_SHARE = 0.025;
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

    private record Scored(List<Condition> rule, double value) {}

    @Override
    public Explanation explain(
            int feature, List<Example> firings, List<Example> shown, Contrast contrast, TokenText text) {
        if (firings.isEmpty()) {
            return new Explanation(seenOnly(shown, text), null, List.of());
        }
        Firing firing = new Firing(firings);
        Silence silence = new Silence(contrast, feature, firing.tokens());
        List<TokenContrast> tokens = tokens(firing, silence, text);
        Scored best = null;
        for (Scored head : heads(firing, silence, tokens)) {
            Scored grown = grow(head, firing, silence);
            if (best == null || grown.value() > best.value()) {
                best = grown;
            }
        }
        Rule rule = new Rule(best == null ? List.of() : best.rule());
        return new Explanation(
                "fires " + rule.phrase(text),
                rule,
                tokens.stream().limit(SHOWN_TOKENS).toList());
    }

    private static String seenOnly(List<Example> shown, TokenText text) {
        Example strongest = shown.getFirst();
        String before = strongest.row() == 0
                ? " on the first token"
                : " after " + text.quoted(strongest.document().token(strongest.row() - 1));
        return "seen only on token " + text.quoted(strongest.token()) + before;
    }

    private static List<TokenContrast> tokens(Firing firing, Silence silence, TokenText text) {
        Map<Integer, Integer> counts = firing.counts();
        List<TokenContrast> tokens = new ArrayList<>();
        firing.tokens().forEach((token, share) -> {
            int fired = counts.getOrDefault(token, 0);
            int met = silence.met(token);
            double pmi = Math.log(rate(fired, firing.size()) / rate(met, silence.drawn()));
            tokens.add(new TokenContrast(token, text.of(token), fired, firing.size(), met, silence.drawn(), pmi));
        });
        Map<Integer, Double> shares = firing.tokens();
        tokens.sort(Comparator.comparingDouble((TokenContrast t) -> -shares.getOrDefault(t.token(), 0d) * t.pmi())
                .thenComparingInt(TokenContrast::token));
        return tokens;
    }

    private static double rate(int count, int of) {
        return (count + 0.5) / (of + 1);
    }

    /** The most valuable single conditions, and among them always a token or set of tokens, best first. */
    private static List<Scored> heads(Firing firing, Silence silence, List<TokenContrast> tokens) {
        Map<Condition, Double> covered = new LinkedHashMap<>();
        Map<Integer, Double> shares = firing.tokens();
        List<Integer> telling = tokens.stream()
                .filter(t -> t.pmi() > 0 && shares.getOrDefault(t.token(), 0d) >= LEAST_TOKEN_SHARE)
                .limit(MAX_TOKENS)
                .map(TokenContrast::token)
                .toList();
        for (int size = 1; size <= telling.size(); size++) {
            Condition set = new Condition.TokenIn(telling.subList(0, size));
            covered.put(set, firing.covered(List.of(set)));
        }
        firing.common(List.of(), HEAD_SHARE).forEach(covered::putIfAbsent);
        if (covered.isEmpty()) {
            Condition first = new Condition.TokenIn(List.of(tokens.getFirst().token()));
            covered.put(first, firing.covered(List.of(first)));
        }
        List<Scored> heads = new ArrayList<>();
        covered.forEach((condition, share) -> heads.add(
                new Scored(List.of(condition), value(share, silence.wrong(condition, null, share)) - cost(condition))));
        heads.sort(Comparator.comparingDouble((Scored s) -> -s.value()));
        return heads.subList(0, Math.min(HEADS, heads.size()));
    }

    private static Scored grow(Scored head, Firing firing, Silence silence) {
        Scored best = head;
        while (best.rule().size() < MAX_CONDITIONS) {
            Scored next = next(best, firing, silence);
            if (next == null) {
                return best;
            }
            best = next;
        }
        return best;
    }

    private static @org.jspecify.annotations.Nullable Scored next(Scored now, Firing firing, Silence silence) {
        BitSet within = silence.where(now.rule());
        double spent =
                now.rule().stream().mapToDouble(TokenContrastExplainer::cost).sum();
        boolean named = now.rule().stream().anyMatch(c -> c instanceof Condition.TokenIn);
        Scored best = null;
        double least = now.value();
        for (Map.Entry<Condition, Double> candidate :
                firing.common(now.rule(), ADDED_SHARE).entrySet()) {
            Condition added = candidate.getKey();
            if (added instanceof Condition.TokenIn && named || now.rule().contains(added)) {
                continue;
            }
            double value = value(candidate.getValue(), silence.wrong(added, within, candidate.getValue()))
                    - spent
                    - cost(added);
            if (value > least) {
                List<Condition> rule = new ArrayList<>(now.rule());
                rule.add(added);
                best = new Scored(List.copyOf(rule), value);
                least = value;
            }
        }
        return best;
    }

    private static double value(double covered, double wrong) {
        return (covered + 1 - wrong) / 2;
    }

    /** What a condition must gain before it is worth its words. */
    private static double cost(Condition condition) {
        return switch (condition) {
            case Condition.TokenIn tokens -> 0.005 * (1 + tokens.tokens().size());
            case Condition.At at -> 0.02;
            case Condition.Preceded preceded -> 0.02 + 0.005 * preceded.distance();
            case Condition.Contains contains ->
                0.035 + 0.005 * contains.tokens().size();
        };
    }
}

package io.concordance.interp.elicit;

import io.concordance.interp.elicit.Search.Candidate;
import io.concordance.interp.elicit.Search.Scored;
import io.concordance.interp.elicit.Search.Swap;
import io.concordance.interp.vocabulary.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/**
 * Proposes inputs for a round: texts as they were read to begin with, then the best inputs with a token swapped for one that
 * follows the same token elsewhere, one that has to do with the feature, or any one that was read; or with a stretch of another
 * text in the place of theirs. The same search, round and seed give the same proposals.
 */
final class Proposals {
    /** Inputs of one feature in one round. */
    static final int CANDIDATES = 384;

    /** Tokens of an input. */
    static final int LENGTH = 48;

    private static final int TRIES = 8;
    private static final int SHORTEST_SPLICE = 2;
    private static final int LONGEST_SPLICE = 8;
    private static final double FOLLOWING = 0.55;
    private static final double SUGGESTED = 0.7;
    private static final double ANY = 0.8;

    private final Tokenizer tokenizer;
    private final int lead;
    private final Search.All all;
    private final Elicitation.Budget budget;
    private final long seed;
    private final int round;

    Proposals(Tokenizer tokenizer, Search.All all, Elicitation.Budget budget, long seed, int round) {
        this.tokenizer = tokenizer;
        this.lead = tokenizer.lead();
        this.all = all;
        this.budget = budget;
        this.seed = seed;
        this.round = round;
    }

    /**
     * The search with candidates for the round, within what is left of its budget; ended when there are none.
     *
     * @param improving swaps that each made the best input of before better, best first, not two in one position
     * @param improved that input; empty when there is none
     */
    Search with(Search search, int[] improved, List<Swap> improving) {
        if (search.ended() || round >= budget.rounds()) {
            return search.trying(List.of());
        }
        Round candidates = new Round(budget.tokens() - search.forwardTokens());
        if (search.kept().isEmpty()) {
            search.neighbours().forEach(text -> candidates.add(text, null));
            all.texts().forEach(text -> candidates.add(text, null));
        } else {
            for (int n = 2; n <= improving.size(); n++) {
                int[] together = improved.clone();
                improving.subList(0, n).forEach(swap -> together[swap.position()] = swap.token());
                candidates.add(together, null);
            }
            new Draws(search).fill(candidates);
        }
        return search.trying(candidates.found);
    }

    /** Candidates of one feature, none twice. */
    private final class Round {
        private final List<Candidate> found = new ArrayList<>();
        private final Set<String> seen = new HashSet<>();
        private long left;

        Round(long left) {
            this.left = left;
        }

        boolean isFull() {
            return found.size() >= CANDIDATES || left <= lead;
        }

        /** Takes the text of these tokens, as the tokenizer reads it. */
        void add(int[] ids, @Nullable Swap swap) {
            String text = tokenizer.of(ids);
            if (isFull() || text.isEmpty() || !seen.add(text)) {
                return;
            }
            int[] tokens = tokenizer.tokens(text);
            int cost = lead + tokens.length;
            if (tokens.length == 0 || tokens.length > 2 * LENGTH || cost > left) {
                return;
            }
            left -= cost;
            found.add(new Candidate(text, tokens, Arrays.equals(tokens, ids) ? swap : null));
        }
    }

    /** Changed versions of the inputs that were kept. */
    private final class Draws {
        private final Search search;
        private final List<int[]> sources = new ArrayList<>();
        private final List<Integer> any;
        private final Map<Integer, int[]> following = new HashMap<>();
        private final RandomGenerator random;

        Draws(Search search) {
            this.search = search;
            sources.addAll(search.neighbours());
            sources.addAll(all.texts());
            Set<Integer> tokens = new TreeSet<>();
            Map<Integer, Set<Integer>> next = new HashMap<>();
            for (int[] text : sources) {
                for (int t = 0; t < text.length; t++) {
                    tokens.add(text[t]);
                    if (t > 0) {
                        next.computeIfAbsent(text[t - 1], k -> new TreeSet<>()).add(text[t]);
                    }
                }
            }
            this.any = List.copyOf(tokens);
            next.forEach((token, found) -> following.put(
                    token, found.stream().mapToInt(Integer::intValue).toArray()));
            this.random = RandomGeneratorFactory.of("L64X128MixRandom")
                    .create(seed * 1_000_003L + search.feature() * 1009L + round);
        }

        /** Half of the tries start from the best input. */
        void fill(Round candidates) {
            for (int t = 0; t < TRIES * CANDIDATES && !candidates.isFull(); t++) {
                int parent = random.nextInt(2 * search.kept().size());
                Scored from = search.kept()
                        .get(
                                parent < search.kept().size()
                                        ? 0
                                        : parent - search.kept().size());
                int[] tokens = from.tokens();
                int position = random.nextInt(tokens.length);
                double kind = random.nextDouble();
                if (kind >= ANY) {
                    candidates.add(spliced(tokens, position), null);
                } else {
                    Swap swap = new Swap(position, token(kind, position == 0 ? -1 : tokens[position - 1]));
                    int[] swapped = tokens.clone();
                    swapped[position] = swap.token();
                    candidates.add(swapped, from == search.kept().getFirst() ? swap : null);
                }
            }
        }

        private int token(double kind, int before) {
            int[] usual = following.get(before);
            if (kind < FOLLOWING && usual != null) {
                return usual[random.nextInt(usual.length)];
            }
            if (kind < SUGGESTED && !search.suggested().isEmpty()) {
                return search.suggested().get(random.nextInt(search.suggested().size()));
            }
            return any.get(random.nextInt(any.size()));
        }

        private int[] spliced(int[] tokens, int position) {
            int[] source = sources.get(random.nextInt(sources.size()));
            int length = Math.min(random.nextInt(SHORTEST_SPLICE, LONGEST_SPLICE + 1), source.length);
            int from = random.nextInt(source.length - length + 1);
            int[] spliced = Arrays.copyOf(tokens, Math.min(LENGTH, Math.max(tokens.length, position + length)));
            System.arraycopy(source, from, spliced, position, Math.min(length, spliced.length - position));
            return spliced;
        }
    }
}

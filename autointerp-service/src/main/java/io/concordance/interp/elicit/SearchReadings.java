package io.concordance.interp.elicit;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.shard.Shard;
import io.concordance.interp.elicit.Search.Candidate;
import io.concordance.interp.elicit.Search.Scored;
import io.concordance.interp.elicit.Search.Swap;
import io.concordance.interp.encode.Encodings;
import io.concordance.interp.feature.Elicited;
import io.concordance.interp.label.TokenText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads the captured candidates of a round through the dictionary. Not thread-safe. */
final class SearchReadings {
    /** Inputs that the next round starts from. */
    static final int KEPT = 4;

    private final Dictionary dictionary;
    private final int lead;
    private final Map<String, Place> places = new HashMap<>();
    private final List<Found> found = new ArrayList<>();

    /** @param lead tokens that the tokenizer puts before every text */
    SearchReadings(Search.All all, Dictionary dictionary, int lead) {
        this.dictionary = dictionary;
        this.lead = lead;
        for (Search search : all.searches()) {
            Found own = new Found(search);
            found.add(own);
            for (int c = 0; c < search.candidates().size(); c++) {
                places.put(search.document(c), new Place(own, c));
            }
        }
    }

    private record Place(Found found, int candidate) {}

    /** What was read for one search. */
    private static final class Found {
        private final Search search;
        private final Double[] values;
        private long rows;
        private @Nullable Reading best;

        Found(Search search) {
            this.search = search;
            this.values = new Double[search.candidates().size()];
        }
    }

    /** One input as the model read it. */
    @SuppressWarnings("ArrayRecordComponent") // local, never changed
    private record Reading(int candidate, int[] tokens, float[] pre, int peak) {}

    /** @throws FieldProblem when the file is no shard of these candidates */
    void read(Path file) {
        try (Shard shard = Shard.open(file)) {
            if (shard.width() != dictionary.width()) {
                throw new FieldProblem("width", shard.width(), Integer.toString(dictionary.width()));
            }
            int[] documents = shard.documents();
            for (int from = 0; from < documents.length; ) {
                int to = from + 1;
                while (to < documents.length && documents[to] == documents[from]) {
                    to++;
                }
                String id = shard.documentIds().get(documents[from]);
                Place place = places.get(id);
                if (place == null) {
                    throw new FieldProblem("document", id, "a candidate of the round");
                }
                read(shard, from, to, place);
                from = to;
            }
        }
    }

    private void read(Shard shard, int from, int to, Place place) {
        Found own = place.found;
        int count = to - from;
        float[] rows = new float[count * dictionary.width()];
        shard.activations(from, count, rows, 0);
        dictionary.input().ofActivations(rows, shard.positions(), from, count);
        float[] pre = new float[count];
        int peak = -1;
        for (int r = 0; r < count; r++) {
            pre[r] = Encodings.preActivation(dictionary, own.search.feature(), rows, r * dictionary.width());
            if (r >= lead && (peak < 0 || pre[r] > pre[peak])) {
                peak = r;
            }
        }
        own.rows += count;
        if (peak < 0) {
            return;
        }
        own.values[place.candidate] = (double) pre[peak];
        Reading best = own.best;
        if (best == null
                || pre[peak] > best.pre[best.peak]
                || (pre[peak] == best.pre[best.peak] && place.candidate < best.candidate)) {
            own.best = new Reading(place.candidate, Arrays.copyOfRange(shard.tokens(), from, to), pre, peak);
        }
    }

    /**
     * The searches after the round, each with candidates for the next one.
     *
     * @param job that read the candidates
     * @param next proposes them
     */
    Search.All after(Search.All all, String job, long seed, int rounds, TokenText text, Proposals next) {
        List<Search> searches = new ArrayList<>();
        for (Found own : found) {
            Search search = own.search;
            if (search.ended()) {
                searches.add(search);
                continue;
            }
            List<Scored> kept = kept(own);
            Elicited best = best(own, job, seed, text);
            boolean fired = best != null && best.fired();
            int tried = search.tried()
                    + (int) Arrays.stream(own.values).filter(Objects::nonNull).count();
            Search after = new Search(
                    search.feature(),
                    search.threshold(),
                    search.suggested(),
                    search.neighbours(),
                    kept,
                    List.of(),
                    tried,
                    search.forwardTokens() + own.rows,
                    fired || kept.isEmpty(),
                    best == null ? null : best.after(tried, search.forwardTokens() + own.rows, rounds));
            int[] improved = search.kept().isEmpty()
                    ? new int[0]
                    : search.kept().getFirst().tokens();
            searches.add(next.with(after, improved, improving(own)));
        }
        return new Search.All(all.texts(), searches);
    }

    private static List<Scored> kept(Found own) {
        List<Scored> scored = new ArrayList<>(own.search.kept());
        for (int c = 0; c < own.values.length; c++) {
            Double value = own.values[c];
            if (value != null) {
                scored.add(new Scored(own.search.candidates().get(c).tokens(), value));
            }
        }
        scored.sort(Comparator.comparingDouble((Scored s) -> -s.value()));
        Set<String> seen = new HashSet<>();
        return scored.stream()
                .filter(s -> seen.add(Arrays.toString(s.tokens())))
                .limit(KEPT)
                .toList();
    }

    /** Of the swaps in the best input that made it better, the best at each position, best first. */
    private static List<Swap> improving(Found own) {
        if (own.search.kept().isEmpty()) {
            return List.of();
        }
        double before = own.search.kept().getFirst().value();
        Map<Integer, Map.Entry<Double, Swap>> byPosition = new TreeMap<>();
        for (int c = 0; c < own.values.length; c++) {
            Swap swap = own.search.candidates().get(c).swap();
            Double value = own.values[c];
            if (swap != null && value != null && value > before) {
                byPosition.merge(swap.position(), Map.entry(value, swap), (a, b) -> b.getKey() > a.getKey() ? b : a);
            }
        }
        return byPosition.values().stream()
                .sorted(Comparator.comparingDouble((Map.Entry<Double, Swap> e) -> -e.getKey()))
                .map(Map.Entry::getValue)
                .toList();
    }

    private @Nullable Elicited best(Found own, String job, long seed, TokenText text) {
        Reading reading = own.best;
        Elicited before = own.search.best();
        if (reading == null || (before != null && before.best() >= reading.pre[reading.peak])) {
            return before;
        }
        double threshold = own.search.threshold();
        float value = reading.pre[reading.peak];
        Candidate input = own.search.candidates().get(reading.candidate);
        return new Elicited(
                value > dictionary.threshold()[own.search.feature()],
                0,
                0,
                0,
                seed,
                threshold,
                value,
                threshold > 0 ? (Double) (value / threshold) : null,
                job,
                input.text(),
                reading.peak,
                reading.tokens,
                Arrays.stream(reading.tokens).mapToObj(text::of).toList(),
                reading.pre);
    }
}

package io.concordance.interp.shift;

import io.concordance.contracts.transcript.DocumentSplit;
import io.concordance.interp.evidence.ArmTotals;
import io.concordance.interp.evidence.BackgroundSite;
import io.concordance.interp.evidence.DocumentRows;
import io.concordance.interp.evidence.Evidence;
import io.concordance.interp.evidence.Example;
import io.concordance.interp.evidence.FeatureEvidence;
import io.concordance.interp.evidence.Positions;
import io.concordance.interp.evidence.Site;
import io.concordance.interp.shift.ShiftPlan.Target;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** Chooses windows and positions from the evidence of an analysis. The same evidence gives the same plan. */
final class ShiftPlanner {
    static final int WINDOWS = 8;
    private static final int OFFSETS = 6;
    private static final int FILLERS = 2;
    private static final int LONGEST_WINDOW = 8;
    private static final int LAST_POSITION = 1024;
    private static final double EARLY = 0.1;
    private static final double LATE = 0.9;

    private final Evidence evidence;
    private final List<BackgroundSite> background;
    private final int prefix;
    private final int last;

    /** @param prefix tokens that the tokenizer puts before every text */
    ShiftPlanner(Evidence evidence, int prefix) {
        this.evidence = evidence;
        this.background = evidence.background(DocumentSplit.EXPLAIN).uniform();
        this.prefix = prefix;
        this.last = Math.min(LAST_POSITION, lastPosition());
    }

    /** Features without a window that could be put anywhere else have no target. */
    ShiftPlan plan(int[] features) {
        List<Target> targets = IntStream.of(features)
                .mapToObj(this::target)
                .filter(t -> !t.own().isEmpty())
                .toList();
        int longest = targets.stream()
                .mapToInt(t ->
                        t.positions().getLast() - prefix - (t.own().getFirst().size() - 1))
                .max()
                .orElse(0);
        return new ShiftPlan(prefix, fillers(longest), targets);
    }

    private int lastPosition() {
        int bucket = 0;
        for (ArmTotals arm : evidence.arms()) {
            long[] rows = arm.rowsByBucket();
            for (int b = bucket; b < rows.length; b++) {
                bucket = rows[b] > 0 ? b : bucket;
            }
        }
        return Positions.from(bucket);
    }

    private Target target(int index) {
        FeatureEvidence feature = evidence.features().get(index);
        List<Example> firings = new ArrayList<>(feature.drawn(DocumentSplit.EXPLAIN));
        firings.addAll(feature.drawn(DocumentSplit.SCORE));
        int[] fired = firings.stream()
                .mapToInt(e -> e.document().position(e.row()))
                .sorted()
                .toArray();
        if (fired.length == 0) {
            return new Target(index, List.of(), List.of(), List.of());
        }
        int early = fired[(int) (EARLY * (fired.length - 1))];
        int length = Math.clamp(early + 1L - prefix, 1, LONGEST_WINDOW);
        List<BackgroundSite> silent = background.stream()
                .skip(index % Math.max(1, background.size()))
                .filter(site -> !site.fires(index))
                .toList();
        return new Target(index, positions(fired, length), windows(firings, length), windows(silent, length));
    }

    /** The first possible one, the last one seen, where the feature fires, and steps of equal ratio between. */
    private List<Integer> positions(int[] fired, int length) {
        int first = prefix + length - 1;
        TreeSet<Integer> positions = new TreeSet<>(List.of(first, Math.max(first, last)));
        positions.add(Math.clamp(fired[fired.length / 2], first, Math.max(first, last)));
        positions.add(Math.clamp(fired[(int) (LATE * (fired.length - 1))], first, Math.max(first, last)));
        for (int step = 1; step < OFFSETS && positions.size() < OFFSETS; step++) {
            positions.add(first + (int) (Math.pow(last - first + 1.0, (double) step / OFFSETS) - 1));
        }
        return positions.stream().toList();
    }

    private List<List<Integer>> windows(List<? extends Site> sites, int length) {
        return sites.stream()
                .filter(site -> site.row() - (length - 1) >= firstText(site.document()))
                .limit(WINDOWS)
                .map(site -> IntStream.rangeClosed(site.row() - (length - 1), site.row())
                        .map(site.document()::token)
                        .boxed()
                        .toList())
                .toList();
    }

    private int firstText(DocumentRows document) {
        return document.firstRow() == 0 ? prefix : document.firstRow();
    }

    /** Texts of at least so many tokens, from documents of the other split, the longest first. */
    private List<List<Integer>> fillers(int tokens) {
        Set<String> seen = new HashSet<>();
        List<DocumentRows> documents = evidence.background(DocumentSplit.SCORE).uniform().stream()
                .map(BackgroundSite::document)
                .filter(document -> seen.add(document.info().id()))
                .sorted(Comparator.comparingInt((DocumentRows d) -> -d.tokens().length))
                .toList();
        List<List<Integer>> fillers = new ArrayList<>();
        for (int f = 0; f < FILLERS && !documents.isEmpty(); f++) {
            List<Integer> filler = new ArrayList<>();
            for (int d = f; filler.size() < tokens; d = (d + FILLERS) % documents.size()) {
                DocumentRows document = documents.get(d % documents.size());
                int[] ids = document.tokens();
                Arrays.stream(ids, Math.min(ids.length, firstText(document) - document.firstRow()), ids.length)
                        .forEach(filler::add);
                if (ids.length <= prefix) {
                    filler.add(ids[0]);
                }
            }
            fillers.add(List.copyOf(filler.subList(0, tokens)));
        }
        return fillers;
    }
}

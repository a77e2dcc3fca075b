package io.concordance.interp.elicit;

import io.concordance.contracts.transcript.DocumentSplit;
import io.concordance.interp.evidence.DocumentRows;
import io.concordance.interp.evidence.Evidence;
import io.concordance.interp.evidence.Example;
import io.concordance.interp.evidence.Site;
import io.concordance.interp.feature.FeatureReport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Chooses what searches begin with, from the evidence of an analysis alone. The same evidence gives the same searches. */
final class SearchPlanner {
    private static final int AFTER = 4;
    private static final int TEXTS = 96;
    private static final int RARE = 64;
    private static final int EXAMPLES = 6;
    private static final int SUGGESTED = 64;

    private final Evidence evidence;
    private final int lead;

    /** @param lead tokens that the tokenizer puts before every text */
    SearchPlanner(Evidence evidence, int lead) {
        this.evidence = evidence;
        this.lead = lead;
    }

    /** @param reports of the features to search for */
    Search.All plan(List<FeatureReport> reports) {
        List<int[]> texts = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        evidence.background(DocumentSplit.EXPLAIN).uniform().stream()
                .limit(TEXTS)
                .forEach(site -> add(site, texts, seen));
        evidence.background(DocumentSplit.EXPLAIN).stratified().stream()
                .limit(RARE)
                .forEach(site -> add(site, texts, seen));
        return new Search.All(
                texts, reports.stream().map(report -> search(report, seen)).toList());
    }

    private Search search(FeatureReport report, Set<String> shared) {
        List<int[]> around = new ArrayList<>();
        Set<String> seen = new HashSet<>(shared);
        Set<Integer> suggested = new LinkedHashSet<>();
        for (FeatureReport.NeighbourReport neighbour : report.neighbours()) {
            List<Example> top = evidence.features().get(neighbour.index()).top();
            for (Example example : top.subList(0, Math.min(EXAMPLES, top.size()))) {
                add(example, around, seen);
                suggested.add(example.token());
            }
        }
        FeatureReport.LogitReport logits = report.logits();
        if (logits != null) {
            logits.promoted().forEach(effect -> suggested.add(effect.id()));
            logits.suppressed().forEach(effect -> suggested.add(effect.id()));
        }
        return new Search(
                report.index(),
                report.threshold(),
                suggested.stream().limit(SUGGESTED).toList(),
                around,
                List.of(),
                List.of(),
                0,
                0,
                false,
                null);
    }

    /** The tokens before a place and a few behind it; none that the tokenizer puts in front. */
    private void add(Site site, List<int[]> texts, Set<String> seen) {
        DocumentRows document = site.document();
        int first = document.firstRow() == 0 ? lead : document.firstRow();
        int to = Math.min(document.endRow(), site.row() + AFTER + 1);
        int from = Math.max(first, to - Proposals.LENGTH);
        if (from >= to) {
            return;
        }
        int[] text = Arrays.copyOfRange(document.tokens(), from - document.firstRow(), to - document.firstRow());
        if (seen.add(Arrays.toString(text))) {
            texts.add(text);
        }
    }
}

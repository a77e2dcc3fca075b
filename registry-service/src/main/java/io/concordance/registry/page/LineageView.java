package io.concordance.registry.page;

import io.concordance.registry.lineage.Lineage;
import io.concordance.registry.lineage.Lineage.Retirement;
import io.concordance.registry.lineage.Lineage.Step;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One feature through the dictionaries of its line, as text.
 *
 * @param fate what became of it, a sentence
 * @param rows oldest first
 * @param unseen features of the line that are in no row
 */
record LineageView(String fate, List<Row> rows, int unseen) {
    /** Nearest features shown either way. */
    private static final int MOST = 20;

    /**
     * @param uid empty for the feature itself
     * @param cosine to the same feature in the dictionary before
     */
    record Row(
            String uid, String dictionary, String feature, String change, String cosine, String agreement, String at) {}

    static LineageView of(Lineage line) {
        List<Step> before = line.ancestors();
        List<Step> after = line.descendants();
        int skipped = Math.max(0, before.size() - MOST);
        List<Row> rows = new ArrayList<>();
        before.stream().skip(skipped).forEach(step -> rows.add(row(step, step.uid())));
        rows.add(row(line.self(), ""));
        after.stream().limit(MOST).forEach(step -> rows.add(row(step, step.uid())));
        line.retired().forEach(end -> rows.add(row(end)));
        return new LineageView(fate(line), rows, skipped + Math.max(0, after.size() - MOST));
    }

    private static Row row(Step step, String uid) {
        String change = step.change();
        return new Row(
                uid,
                Format.brief(step.dictionary()),
                "feature " + step.index(),
                change == null ? "not announced yet" : change,
                number(step.cosine()),
                number(step.agreement()),
                step.at() == null ? "" : Format.time(step.at()));
    }

    private static Row row(Retirement end) {
        return new Row(
                "",
                Format.brief(end.successor()),
                "",
                "no longer there",
                number(end.cosine()),
                number(end.agreement()),
                Format.time(end.at()));
    }

    private static String fate(Lineage line) {
        return switch (line.fate()) {
            case LATEST ->
                line.ancestors().isEmpty() ? "No other dictionary has it." : "No later dictionary says anything of it.";
            case SAME -> "It is in the dictionaries that followed, with much the same direction and firings.";
            case DRIFTED -> "It is in the dictionaries that followed, and has drifted.";
            case SPLIT -> "It is split: " + parts(line) + ".";
            case RETIRED -> "A later dictionary no longer has it.";
        };
    }

    private static String parts(Lineage line) {
        List<String> parts = line.descendants().stream()
                .filter(step -> line.uid().equals(step.earlier()))
                .map(step -> "feature " + step.index())
                .toList();
        int last = parts.size() - 1;
        return String.join(", ", parts.subList(0, last)) + " and " + parts.get(last) + " come from it";
    }

    private static String number(@Nullable Double value) {
        return value == null ? "–" : Format.number(value);
    }
}

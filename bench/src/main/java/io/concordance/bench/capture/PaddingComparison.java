package io.concordance.bench.capture;

import io.concordance.bench.Report;
import io.concordance.capture.model.TokenBatch;
import io.concordance.capture.slice.ReadDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Padding of length-bucketed batches against batches of 32 documents as they come. Counted, not timed. */
final class PaddingComparison {
    private static final int ARRIVAL = 32;

    private final Workbench bench;

    PaddingComparison(Workbench bench) {
        this.bench = bench;
    }

    Report.Section section(List<Subject> subjects) {
        List<List<String>> rows = new ArrayList<>();
        for (Subject subject : subjects) {
            long real = subject.tokens();
            long bucketed = bench.batches(subject).stream()
                    .flatMap(List::stream)
                    .mapToLong(batch -> (long) batch.rows() * batch.length())
                    .sum();
            long arrival = arrival(subject).stream()
                    .mapToLong(batch -> (long) batch.size()
                            * batch.stream().mapToInt(length -> length).max().orElseThrow())
                    .sum();
            rows.add(List.of(
                    subject.name(),
                    Long.toString(real),
                    Long.toString(arrival - real),
                    Long.toString(bucketed - real),
                    percent(1 - (double) (bucketed - real) / (arrival - real)),
                    percent((double) real / bucketed),
                    String.format(Locale.ROOT, "%.2f", (double) arrival / bucketed)));
        }
        return new Report.Section(
                "Padding removed by length bucketing (goal: 80 % or more)",
                List.of(
                        "model",
                        "tokens",
                        "padding, by 32 as they come",
                        "padding, bucketed",
                        "removed",
                        "real of all run",
                        "positions run, times fewer"),
                rows,
                List.of());
    }

    /** Token counts of documents in batches of 32 in the order they come. */
    static List<List<Integer>> arrival(Subject subject) {
        List<Integer> lengths = subject.slices().stream()
                .flatMap(List::stream)
                .map(ReadDocument::length)
                .toList();
        List<List<Integer>> batches = new ArrayList<>();
        for (int from = 0; from < lengths.size(); from += ARRIVAL) {
            batches.add(lengths.subList(from, Math.min(from + ARRIVAL, lengths.size())));
        }
        return batches;
    }

    /** Token counts of documents in the batches that capturing makes. */
    static List<List<Integer>> bucketed(List<List<TokenBatch>> slices) {
        return slices.stream()
                .flatMap(List::stream)
                .map(batch ->
                        java.util.stream.IntStream.of(batch.lengths()).boxed().toList())
                .toList();
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }
}

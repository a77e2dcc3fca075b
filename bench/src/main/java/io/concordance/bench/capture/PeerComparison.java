package io.concordance.bench.capture;

import io.concordance.bench.PythonPeer;
import io.concordance.bench.Report;
import io.concordance.bench.Sample;
import io.concordance.bench.capture.Callers.Took;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Tokens a second against the same capture in PyTorch, in rounds of changing order. */
final class PeerComparison {
    private final Workbench bench;
    private final int rounds;

    PeerComparison(Workbench bench, int rounds) {
        this.bench = bench;
        this.rounds = rounds;
    }

    Report.Section section(Subject minilm, Path home, Path work) throws InterruptedException {
        String title = "Tokens/s against a PyTorch capture in the style of TransformerLens (goal: 1.5 times or more)";
        List<String> columns =
                List.of("batches of the peer", "tokens", "ours, tokens/s", "peer's, tokens/s", "times", "CPU, times");
        try (TorchPeer peer = TorchPeer.start(
                home.resolve(".concordance/bench-python"), work, bench.callers().threads(), bench.progress())) {
            List<List<String>> rows = new ArrayList<>();
            Path folder = Files.createDirectories(work.resolve("peer"));
            rows.add(row(minilm, "32 as they come", peer, PaddingComparison.arrival(minilm), folder));
            rows.add(row(minilm, "the same as ours", peer, PaddingComparison.bucketed(bench.batches(minilm)), folder));
            return new Report.Section(
                    title,
                    columns,
                    rows,
                    List.of(
                            "PyTorch " + peer.version() + ", " + bench.callers().threads()
                                    + " threads; an own re-implementation with MiniLM's shape and random weights, not the"
                                    + " TransformerLens package",
                            "both write six hooks in fp16: ours as shards to S3, the peer to plain files"));
        } catch (PythonPeer.Absent | IOException e) {
            return new Report.Section(
                    title, columns, List.of(List.of("not run: " + e.getMessage(), "", "", "", "", "")), List.of());
        }
    }

    private List<String> row(Subject subject, String batching, TorchPeer peer, List<List<Integer>> batches, Path folder)
            throws IOException, InterruptedException {
        double[] ours = new double[rounds];
        double[] theirs = new double[rounds];
        double[] times = new double[rounds];
        double[] cpu = new double[rounds];
        for (int round = -1; round < rounds; round++) {
            bench.progress()
                    .begins("against PyTorch, " + batching + ", "
                            + (round < 0 ? "warming up" : "round " + (round + 1) + " of " + rounds));
            boolean first = round % 2 == 0;
            Took own = first ? bench.capture(subject) : null;
            Took other = peer.capture(round < 0 ? batches.subList(0, 1) : batches, folder);
            if (own == null) {
                own = bench.capture(subject);
            }
            if (round >= 0) {
                ours[round] = subject.tokens() / own.seconds();
                theirs[round] = subject.tokens() / other.seconds();
                times[round] = other.seconds() / own.seconds();
                cpu[round] = other.cpu().all() / own.cpu().all();
            }
        }
        return List.of(
                batching,
                Long.toString(subject.tokens()),
                String.format(Locale.ROOT, "%.0f", new Sample(ours).median()),
                String.format(Locale.ROOT, "%.0f", new Sample(theirs).median()),
                new Sample(times).text("%.2f"),
                new Sample(cpu).text("%.2f"));
    }
}

package io.concordance.registry.study;

import io.concordance.contracts.study.StudyReport;
import io.concordance.contracts.study.StudyReport.Detection;
import io.concordance.contracts.study.StudyReport.Interval;
import io.concordance.contracts.study.StudyReport.Negatives;
import io.concordance.contracts.study.StudyReport.StrategyResult;
import io.concordance.registry.page.figure.DataTable;
import io.concordance.registry.page.figure.Figure;
import io.concordance.registry.page.figure.Plot;
import io.concordance.registry.page.figure.Scale;
import io.concordance.registry.page.figure.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Figures of a study's page, and the data of its tables. */
final class StudyFigures {
    private static final double LEAST_RATE = 0.005;
    private static final double ROOM = 0.06;
    private static final double APART = 11;

    private StudyFigures() {}

    /** What a source of candidates caught. */
    private record Caught(
            String arm,
            String by,
            int candidates,
            double recall,
            @Nullable Interval recallCi,
            double before,
            double rate,
            @Nullable Interval rateCi,
            @Nullable Double auroc,
            int bad,
            int ok) {

        static List<Caught> of(StrategyResult s) {
            List<Caught> caught = new ArrayList<>();
            caught.add(new Caught(
                    s.arm(),
                    "features",
                    s.features(),
                    s.recall(),
                    s.recallCi(),
                    s.recallBeforeAction(),
                    s.falsePositiveRate(),
                    s.falsePositiveRateCi(),
                    s.auroc(),
                    s.badTranscripts(),
                    s.okTranscripts()));
            Detection probe = s.probe();
            if (probe != null) {
                caught.add(new Caught(
                        s.arm(),
                        "probes",
                        s.probes() == null ? 0 : s.probes(),
                        probe.recall(),
                        probe.recallCi(),
                        probe.recallBeforeAction(),
                        probe.falsePositiveRate(),
                        probe.falsePositiveRateCi(),
                        probe.auroc(),
                        probe.badTranscripts(),
                        probe.okTranscripts()));
            }
            return caught;
        }

        double highest() {
            return rateCi == null ? rate : rateCi.high();
        }

        String said() {
            return String.format(
                    Locale.ROOT,
                    "%s, %d %s: recall %.3f over %,d bad, false-positive rate %.4f over %,d ok transcripts",
                    arm,
                    candidates,
                    by,
                    recall,
                    bad,
                    rate,
                    ok);
        }
    }

    /** @param allowed false-positive rate that the study may cost */
    static List<Figure> of(StudyReport report, double allowed, String page) {
        String query = "GET /v1" + page + "/report";
        return List.of(
                strategies(report, allowed, page, query), negatives(report, page, query), timings(report, page, query));
    }

    private static Figure strategies(StudyReport report, double allowed, String page, String query) {
        List<List<Caught>> all = report.strategies().stream().map(Caught::of).toList();
        double most = Math.max(
                LEAST_RATE,
                Math.max(
                        allowed,
                        all.stream()
                                .flatMap(List::stream)
                                .mapToDouble(Caught::highest)
                                .max()
                                .orElse(0)));
        Plot plot = new Plot(
                new Scale(-ROOM * most, (1 + ROOM) * most, false),
                "false-positive rate",
                Scale::text,
                new Scale(-ROOM, 1 + ROOM, false),
                "recall",
                Scale::text);
        plot.vertical(allowed, "reference", "allowed false-positive rate " + allowed);
        DataTable data = DataTable.of(
                query,
                "strategy",
                "by",
                "candidates",
                "bad transcripts",
                "recall",
                "recall low",
                "recall high",
                "recall before the action",
                "ok transcripts",
                "false-positive rate",
                "false-positive rate low",
                "false-positive rate high",
                "AUROC");
        List<Figure.Key> keys = new ArrayList<>();
        Map<List<Double>, Integer> taken = new HashMap<>();
        for (int i = 0; i < all.size(); i++) {
            Shape shape = Shape.of(i);
            for (Caught caught : all.get(i)) {
                boolean probes = caught.by().equals("probes");
                int here = taken.merge(List.of(caught.rate(), caught.recall()), 1, Integer::sum) - 1;
                draw(plot, caught, here * APART, shape, i, probes);
                if (!probes) {
                    keys.add(shape.key(caught.arm(), "mark s" + i));
                }
                add(data, caught);
            }
        }
        if (all.stream().anyMatch(caught -> caught.size() > 1)) {
            keys.add(Shape.CIRCLE.key("hollow: linear probes", "mark hollow s0"));
        }
        keys.add(Shape.STROKE.key("allowed rate " + Scale.text(allowed), "reference"));
        return new Figure(
                "strategies",
                "What each source of candidates would have caught",
                "Up: share of bad transcripts. Across: share of ok transcripts. Crosses: 95 % intervals (Clopper-Pearson)."
                        + " Marks at one place stand side by side.",
                plot.drawing("Recall against false-positive rate, one mark a strategy"),
                keys,
                data,
                page);
    }

    private static void draw(Plot plot, Caught caught, double aside, Shape shape, int series, boolean probes) {
        Interval up = caught.recallCi();
        Interval across = caught.rateCi();
        if (up != null) {
            plot.line(caught.rate(), up.low(), caught.rate(), up.high(), aside, "interval s" + series, caught.said());
        }
        if (across != null && aside == 0) {
            plot.line(
                    across.low(),
                    caught.recall(),
                    across.high(),
                    caught.recall(),
                    0,
                    "interval s" + series,
                    caught.said());
        }
        plot.mark(
                caught.rate(),
                caught.recall(),
                aside,
                shape,
                probes ? "hollow s" + series : "s" + series,
                caught.said());
    }

    private static void add(DataTable data, Caught caught) {
        Interval recall = caught.recallCi();
        Interval rate = caught.rateCi();
        data.add(
                caught.arm(),
                caught.by(),
                caught.candidates(),
                caught.bad(),
                caught.recall(),
                recall == null ? null : recall.low(),
                recall == null ? null : recall.high(),
                caught.before(),
                caught.ok(),
                caught.rate(),
                rate == null ? null : rate.low(),
                rate == null ? null : rate.high(),
                caught.auroc());
    }

    private static Figure negatives(StudyReport report, String page, String query) {
        DataTable data = DataTable.of(
                query, "strategy", "family", "ok transcripts", "fired", "false-positive rate", "upper bound");
        for (StrategyResult strategy : report.strategies()) {
            List<Negatives> families = strategy.negatives();
            if (families != null) {
                families.forEach(n -> data.add(
                        strategy.arm(), n.family(), n.transcripts(), n.fired(), n.falsePositiveRate(), n.upperBound()));
            }
        }
        return Figure.table(
                "families",
                "False positives by family",
                "Share of the ok transcripts of a family; upper bound one-sided, 95 %.",
                data,
                page);
    }

    private static Figure timings(StudyReport report, String page, String query) {
        DataTable data = DataTable.of(query, "stage", "seconds");
        report.timings().forEach(data::add);
        return Figure.table("timings", "Timings", "Seconds of wall time.", data, page);
    }
}

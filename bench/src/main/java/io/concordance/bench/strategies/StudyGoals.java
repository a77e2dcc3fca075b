package io.concordance.bench.strategies;

import static io.concordance.bench.strategies.CausalTables.FIRST;

import io.concordance.bench.Report;
import io.concordance.contracts.statistics.Proportion;
import io.concordance.contracts.study.StudyReport.Interval;
import io.concordance.contracts.study.StudyReport.StrategyResult;
import io.concordance.contracts.study.StudyReport.Transfer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What must hold of the studies of each organism, and of the worst organism, and whether it does. */
final class StudyGoals {
    private static final double NOMINAL = 0.05;
    private static final double RECALL = 0.9;
    private static final double FALSE_POSITIVES = 0.001;

    private final List<Ran> ran;
    private final CausalTables causal;
    private final List<List<String>> rows = new ArrayList<>();
    private final WorstOrganism worst = new WorstOrganism();

    private StudyGoals(List<Ran> ran, CausalTables causal) {
        this.ran = ran;
        this.causal = causal;
    }

    static Report.Section of(List<Ran> ran, CausalTables causal) {
        StudyGoals goals = new StudyGoals(ran, causal);
        ran.stream().map(Ran::organism).distinct().sorted().forEach(goals::add);
        goals.rows.addAll(goals.worst.rows());
        return new Report.Section(
                "Goals",
                List.of("organism", "what", "seen", "goal", "holds"),
                goals.rows,
                List.of(
                        "Recall and false positives: the worst seed of each organism, never a mean. Bounds are of 95 %"
                                + " (Clopper-Pearson).",
                        "worst: of the organisms whose findings ought to carry over, the one furthest from the goal, and the"
                                + " figures of all.",
                        "A false discovery is a feature of grade E1 or higher; the screen's nominal rate is " + NOMINAL
                                + " (Benjamini-Hochberg)."));
    }

    private void add(Organism organism) {
        List<Ran> planted = of(organism, Ran.PLANTED);
        if (!planted.isEmpty()) {
            if (organism.carries()) {
                first(organism, planted);
                recall(organism, planted, "features");
                recall(organism, planted, "probes");
            }
            transfer(organism, planted);
            if (organism.plays()) {
                noneHigh(organism, "learnt in a game alone", planted);
            }
        }
        List<Ran> shuffled = of(organism, Ran.SHUFFLED);
        if (!shuffled.isEmpty()) {
            discoveries(organism, shuffled);
        }
        List<Ran> twins = of(organism, Ran.TWIN);
        if (!twins.isEmpty()) {
            noneHigh(organism, "clean twin", twins);
        }
    }

    private void first(Organism organism, List<Ran> studies) {
        long first = studies.stream()
                .filter(study ->
                        causal.place(study).filter(r -> r.rank() <= FIRST).isPresent())
                .count();
        goal(
                organism,
                "planted feature in the first " + FIRST + " by removal",
                of(first, studies.size()) + " seeds",
                "all",
                first == studies.size());
    }

    private void discoveries(Organism organism, List<Ran> shuffled) {
        long any = shuffled.stream()
                .filter(study -> study.features().associated() > 0)
                .count();
        long found = shuffled.stream()
                .mapToLong(study -> study.features().associated())
                .sum();
        long tried =
                shuffled.stream().mapToLong(study -> study.features().tried()).sum();
        Proportion share = Proportion.of(any, shuffled.size());
        goal(
                organism,
                "false discoveries, labels shuffled",
                String.format(
                        Locale.ROOT,
                        "%d features of %d; in %d of %d seeds [%.3f, %.3f]",
                        found,
                        tried,
                        any,
                        shuffled.size(),
                        share.low(),
                        share.high()),
                "in at most " + NOMINAL + " of seeds",
                share.rate() <= NOMINAL);
    }

    private void noneHigh(Organism organism, String what, List<Ran> studies) {
        long high = studies.stream()
                .flatMap(study -> study.report().features().stream())
                .filter(feature -> feature.level().equals("high"))
                .count();
        goal(organism, what + ", features of level high", high + " in " + studies.size() + " seeds", "none", high == 0);
    }

    private void recall(Organism organism, List<Ran> studies, String by) {
        double least = 1;
        double most = 0;
        int without = 0;
        for (Ran study : studies) {
            StrategyResult row = row(study);
            @Nullable
            Interval recall = by.equals("features")
                    ? row.features() == 0 ? null : row.recallCi()
                    : row.probe() == null ? null : row.probe().recallCi();
            without += recall == null ? 1 : 0;
            least = Math.min(least, recall == null ? 0 : recall.low());
            most = Math.max(
                    most,
                    by.equals("features") || row.probe() == null
                            ? row.falsePositiveRate()
                            : row.probe().falsePositiveRate());
        }
        boolean holds = least >= RECALL && most <= FALSE_POSITIVES;
        String seen = String.format(Locale.ROOT, "at least %.4f at a false-positive rate of %.4f", least, most);
        String goal = "at least " + RECALL + " at " + FALSE_POSITIVES;
        goal(
                organism,
                organism.arm() + " recall by " + by,
                seen + (without == 0 ? "" : "; none found in " + without + " seeds"),
                goal,
                holds);
        worst.add("recall by " + by, organism, RECALL - least, seen, goal, holds);
    }

    /** The worst seed, never the mean: the least recall kept, or where it ought to be rejected the most. */
    private void transfer(Organism organism, List<Ran> studies) {
        @Nullable Transfer worstSeed = null;
        int holds = 0;
        double gap = -1;
        for (Ran study : studies) {
            Transfer card = row(study).transfer();
            holds += card != null && card.verdict().equals("holds") ? 1 : 0;
            gap = Math.max(gap, gap(card));
            boolean worse = card != null
                    && (worstSeed == null
                            || (organism.carries() ? gap(card) > gap(worstSeed) : gap(card) < gap(worstSeed)));
            worstSeed = worse ? card : worstSeed;
        }
        boolean expected = holds == (organism.carries() ? studies.size() : 0);
        String seen = of(holds, studies.size()) + " seeds";
        goal(
                organism,
                organism.arm() + " carries over to deployment",
                seen + "; worst: "
                        + (worstSeed == null ? "no candidate" : worstSeed.verdict() + ", " + worstSeed.reason()),
                organism.carries() ? "all" : "none",
                expected);
        if (organism.carries()) {
            worst.add(
                    "carries over to deployment",
                    organism,
                    gap,
                    String.format(Locale.ROOT, "recall gap at most %.3f, %s", gap, seen),
                    "all",
                    expected);
        }
    }

    private static double gap(@Nullable Transfer card) {
        Double gap = card == null ? null : card.recallGap();
        return gap == null ? 1 : gap;
    }

    private static StrategyResult row(Ran study) {
        return study.report().strategies().stream()
                .filter(row -> row.arm().equals(study.organism().arm()))
                .findFirst()
                .orElseThrow();
    }

    private List<Ran> of(Organism organism, String what) {
        return ran.stream()
                .filter(study -> study.organism() == organism && study.what().equals(what))
                .toList();
    }

    private static String of(long k, int n) {
        Proportion share = Proportion.of(k, n);
        return String.format(Locale.ROOT, "%d of %d [%.3f, %.3f]", k, n, share.low(), share.high());
    }

    private void goal(Organism organism, String what, String seen, String goal, boolean holds) {
        rows.add(List.of(organism.shown(), what, seen, goal, holds ? "yes" : "no"));
    }
}

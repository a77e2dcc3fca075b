package io.concordance.bench.training;

import io.concordance.bench.AskedProcess;
import io.concordance.bench.Report;
import io.concordance.bench.Sample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The rules of the vector kernels, in rounds of one after the other. */
final class RuleTimes {
    private static final int WARM_UP_STEPS = 12;
    private static final int STEPS = 2;
    /** One feature in this many is taken for dead where AuxK is on. */
    static final int DEAD_SHARE = 10;

    private static final List<Rule> RULES = List.of(
            new Rule("topk", "topk", false, false, ""),
            new Rule("batchtopk", "batchtopk", false, false, "at most 1.25"),
            new Rule("matryoshka", "matryoshka", false, false, "at most 1.25"),
            new Rule("topk, AuxK for a tenth dead", "topk", true, false, ""),
            new Rule("topk, bf16 screening", "topk", false, true, ""));

    private final Workplace workplace;
    private final int rounds;
    private final double peak;

    /** @param peak of the cores, 1e9 operations a second */
    RuleTimes(Workplace workplace, int rounds, double peak) {
        this.workplace = workplace;
        this.rounds = rounds;
        this.peak = peak;
    }

    private record Rule(String name, String trainer, boolean auxiliary, boolean screened, String goal) {}

    Report.Section section(Scene scene) throws IOException {
        double[][] steps = new double[RULES.size()][rounds];
        double[][] selecting = new double[RULES.size()][rounds];
        Map<Integer, AskedProcess> processes = new TreeMap<>();
        Map<Integer, String> absent = new TreeMap<>();
        try {
            for (int r = 0; r < RULES.size(); r++) {
                workplace.progress().begins(scene.name() + ": " + RULES.get(r).name + ", warming up");
                try {
                    processes.put(r, warm(scene, RULES.get(r)));
                } catch (IOException e) {
                    absent.put(r, String.valueOf(e.getMessage()));
                }
            }
            for (int round = 0; round < rounds; round++) {
                workplace.progress().begins(scene.name() + ": all rules, round " + (round + 1) + " of " + rounds);
                for (Map.Entry<Integer, AskedProcess> process : processes.entrySet()) {
                    Order.Done done = Workplace.ask(process.getValue(), Order.Steps.more(STEPS));
                    steps[process.getKey()][round] = mean(done.seconds());
                    selecting[process.getKey()][round] = mean(done.selecting());
                }
            }
        } finally {
            processes.values().forEach(AskedProcess::close);
        }
        List<List<String>> rows = new ArrayList<>();
        for (int r = 0; r < RULES.size(); r++) {
            rows.add(
                    absent.containsKey(r)
                            ? List.of(RULES.get(r).name, "not run: " + absent.get(r), "", "", "", "", "")
                            : row(RULES.get(r), scene, steps[r], selecting[r], steps[0]));
        }
        return new Report.Section(
                scene.name() + ": the vector kernels",
                List.of(
                        "rule",
                        "ms a step",
                        "rows/s",
                        "of topk's time",
                        "goal",
                        "encode + select, of FMA peak",
                        "step, of GEMM floor"),
                rows,
                List.of("goals of topk: encode + select at 80 % of the peak, the whole step at 65 % of the floor, which"
                        + " is one encoding at the peak"));
    }

    private AskedProcess warm(Scene scene, Rule rule) throws IOException {
        AskedProcess process = workplace.own();
        int dead = rule.auxiliary ? scene.shape().features() / DEAD_SHARE : 0;
        Order order = Order.of(scene, rule.trainer, 1, dead);
        try {
            Workplace.ask(process, Order.Steps.begin(rule.screened ? order.withScreening() : order, WARM_UP_STEPS));
            return process;
        } catch (IOException e) {
            process.close();
            throw e;
        }
    }

    private List<String> row(Rule rule, Scene scene, double[] steps, double[] selecting, double[] topk) {
        double floor = scene.encoding() / (peak * 1e9);
        double[] times = new double[rounds];
        Arrays.setAll(times, round -> steps[round] / topk[round]);
        return List.of(
                rule.name,
                new Sample(milliseconds(steps)).text("%.1f"),
                String.format(Locale.ROOT, "%.0f", scene.shape().batch() / new Sample(steps).median()),
                new Sample(times).text("%.2f"),
                rule.goal,
                String.format(Locale.ROOT, "%.0f %%", 100 * floor / new Sample(selecting).median()),
                String.format(Locale.ROOT, "%.0f %%", 100 * floor / new Sample(steps).median()));
    }

    static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    static double[] milliseconds(double[] seconds) {
        return Arrays.stream(seconds).map(s -> s * 1e3).toArray();
    }
}

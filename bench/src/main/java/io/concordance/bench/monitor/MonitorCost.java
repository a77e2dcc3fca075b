package io.concordance.bench.monitor;

import com.sun.management.ThreadMXBean;
import io.concordance.bench.Comparison;
import io.concordance.bench.Options;
import io.concordance.bench.Report;
import io.concordance.bench.Sample;
import io.concordance.bench.training.FmaPeak;
import io.concordance.contracts.release.ConcernLevel;
import io.concordance.contracts.release.ReleaseTensors;
import io.concordance.contracts.release.Rule;
import io.concordance.contracts.release.RuleEvaluator;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * One session through the evaluator of a monitor, on one thread, against what this machine could do at most: its rate of
 * fused multiply-adds and of reading memory, measured in the same run.
 */
public final class MonitorCost implements Comparison {
    private static final int WIDTH = 4096;
    private static final int FEATURES = 64;
    private static final int TOKENS = 512;
    /** Sessions in turn, together more than any cache holds. */
    private static final int SESSIONS = 16;

    private static final int ROUNDS = 15;
    private static final int CALLS = 64;
    private static final double GOAL = 0.7;

    private final int width;
    private final int calls;
    private final int rounds;

    public MonitorCost() {
        this(WIDTH, CALLS, ROUNDS);
    }

    private MonitorCost(int width, int calls, int rounds) {
        this.width = width;
        this.calls = calls;
        this.rounds = rounds;
    }

    @Override
    public Comparison with(Options options) {
        options.withoutOnly();
        return options.quick()
                ? new MonitorCost(64, 4, options.roundsOr(1))
                : new MonitorCost(width, calls, options.roundsOr(rounds));
    }

    @Override
    public Report run(Progress progress) throws InterruptedException {
        progress.begins("what one thread can do at most");
        double gigaflops = FmaPeak.gigaflops(1);
        double gigabytes = MemoryPeak.gigabytes();
        RuleEvaluator evaluator = evaluator();
        float[][] sessions = new float[SESSIONS][];
        for (int i = 0; i < SESSIONS; i++) {
            sessions[i] = gaussians(new Random(100 + i), TOKENS * width, 1);
        }
        double flops = 2.0 * TOKENS * width * FEATURES;
        double bytes = 4.0 * width * (TOKENS + FEATURES);
        double compute = flops / gigaflops / 1e6;
        double memory = bytes / gigabytes / 1e6;
        double roof = Math.max(compute, memory);
        List<List<String>> rows = new ArrayList<>();
        for (boolean cached : new boolean[] {false, true}) {
            String name = cached ? "the session before's, in the cache" : "from memory";
            progress.begins("activations " + name);
            float[][] used = cached ? Arrays.copyOf(sessions, 1) : sessions;
            double[] millis = new double[rounds];
            double[] share = new double[rounds];
            long allocated = 0;
            for (int round = -2; round < rounds; round++) {
                ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
                long before = threads.getCurrentThreadAllocatedBytes();
                long begin = System.nanoTime();
                for (int call = 0; call < calls; call++) {
                    if (!evaluator
                            .evaluate(used[call % used.length], TOKENS, TOKENS)
                            .isEmpty()) {
                        throw new IllegalStateException("a session on which nothing should fire fired");
                    }
                }
                long end = System.nanoTime();
                if (round >= 0) {
                    millis[round] = (end - begin) / 1e6 / calls;
                    share[round] = roof / millis[round];
                    allocated = Math.max(allocated, threads.getCurrentThreadAllocatedBytes() - before);
                }
            }
            rows.add(List.of(
                    name,
                    new Sample(millis).text("%.2f"),
                    new Sample(share).text("%.2f"),
                    new Sample(share).median() >= GOAL ? "yes" : "no",
                    String.format(Locale.ROOT, "%.0f", (double) allocated / calls)));
        }
        return new Report(
                "monitor",
                List.of(
                        String.format(
                                Locale.ROOT,
                                "%s, one thread; %d features of width %d, %d tokens a call, nothing fires",
                                System.getProperty("os.arch"),
                                FEATURES,
                                width,
                                TOKENS),
                        String.format(
                                Locale.ROOT,
                                "at most %.0f GFLOP/s, so %.2f ms, and %.1f GB/s from memory, so %.2f ms: %s bound",
                                gigaflops,
                                compute,
                                gigabytes,
                                memory,
                                compute >= memory ? "FLOP" : "memory")),
                List.of(new Report.Section(
                        "A session through a monitor (goal: 0.7 of the roofline, nothing allocated)",
                        List.of(
                                "activations",
                                "ms a call",
                                "share of the roofline",
                                "0.7 or more",
                                "bytes allocated a call"),
                        rows,
                        List.of("allocated: by the measuring thread, largest of the rounds"))));
    }

    private RuleEvaluator evaluator() {
        Random random = new Random(1);
        float[] threshold = new float[FEATURES];
        Arrays.fill(threshold, 20);
        ReleaseTensors tensors = ReleaseTensors.of(
                gaussians(random, FEATURES * width, 1 / Math.sqrt(width)),
                gaussians(random, FEATURES, 1),
                gaussians(random, width, 1),
                threshold,
                1);
        Map<String, Integer> row = new HashMap<>();
        List<String> uids = new ArrayList<>();
        for (int j = 0; j < FEATURES; j++) {
            uids.add("f_" + j);
            row.put("f_" + j, j);
        }
        return new RuleEvaluator(
                tensors.reader(),
                width,
                threshold,
                row,
                List.of(
                        Rule.anyOf("any-high", ConcernLevel.HIGH, uids.subList(0, FEATURES / 2)),
                        Rule.anyOf("any-low", ConcernLevel.LOW, uids.subList(FEATURES / 2, FEATURES)),
                        new Rule("two", ConcernLevel.MEDIUM, 2, uids, Rule.MAX, Rule.ALL_TOKENS)));
    }

    private static float[] gaussians(Random random, int count, double scale) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (scale * random.nextGaussian());
        }
        return values;
    }
}

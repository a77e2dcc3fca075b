package io.concordance.bench.capture;

import io.concordance.bench.Report;
import io.concordance.bench.Sample;
import io.concordance.bench.capture.Callers.Took;
import io.concordance.capture.model.TokenBatch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Capturing against the model alone on the same batches, in rounds of changing order. */
final class BareComparison {
    /** Before the first round: the code that sends shards runs a few dozen times in each capture and is compiled late. */
    private static final int WARM_UP_CAPTURES = 12;

    private static final long WARM_UP_NANOS = 170_000_000_000L;

    private final Workbench bench;
    private final int rounds;

    BareComparison(Workbench bench, int rounds) {
        this.bench = bench;
        this.rounds = rounds;
    }

    private enum Leg {
        CAPTURE,
        WHOLE,
        PRUNED
    }

    Report.Section section(List<Subject> subjects) throws Exception {
        try (Affinity affinity = new Affinity();
                Callers callers = new Callers(affinity.own())) {
            List<List<String>> rows = new ArrayList<>();
            for (Subject subject : subjects) {
                Map<Leg, Took[]> took = measured(subject, bench.with(callers));
                Took[] capture = took.getOrDefault(Leg.CAPTURE, new Took[0]);
                rows.add(row(subject, "the whole model", capture, took.getOrDefault(Leg.WHOLE, new Took[0])));
                rows.add(row(
                        subject, "the model up to the last hook", capture, took.getOrDefault(Leg.PRUNED, new Took[0])));
            }
            return new Report.Section(
                    "Six hooks to fp16 shards on S3, over bare ONNX Runtime on the same batches (goal: 5 % or less)",
                    List.of(
                            "model",
                            "bare",
                            "tokens",
                            "tokens/s captured",
                            "time over bare, %",
                            "CPU over bare, %",
                            "CPU of the S3 server, % of bare"),
                    rows,
                    List.of(
                            affinity.description(),
                            "median of " + rounds + " rounds, then quartiles and extremes; every round runs all three"
                                    + " in another order"));
        }
    }

    private Map<Leg, Took[]> measured(Subject subject, Workbench bench) throws Exception {
        List<List<TokenBatch>> batches = bench.batches(subject);
        Map<Leg, Took[]> took = new TreeMap<>();
        for (Leg leg : Leg.values()) {
            took.put(leg, new Took[rounds]);
        }
        try (BareRun whole = subject.whole();
                BareRun pruned = subject.pruned()) {
            List<Leg> order = new ArrayList<>(List.of(Leg.values()));
            Random random = new Random(rounds);
            bench.progress().begins(subject.name() + " against bare inference, warming up");
            long begun = System.nanoTime();
            for (int i = 0; i < WARM_UP_CAPTURES || System.nanoTime() - begun < WARM_UP_NANOS; i++) {
                bench.capture(subject);
            }
            for (int round = -1; round < rounds; round++) {
                bench.progress()
                        .begins(subject.name() + " against bare inference, round " + Math.max(1, round + 1) + " of "
                                + rounds);
                Collections.shuffle(order, random);
                for (Leg leg : order) {
                    Took once = switch (leg) {
                        case CAPTURE -> bench.capture(subject);
                        case WHOLE -> bench.bare(whole, batches);
                        case PRUNED -> bench.bare(pruned, batches);
                    };
                    if (round >= 0) {
                        took.getOrDefault(leg, new Took[rounds])[round] = once;
                    }
                }
            }
        }
        return took;
    }

    private List<String> row(Subject subject, String bare, Took[] capture, Took[] alone) {
        double[] time = new double[rounds];
        double[] cpu = new double[rounds];
        double[] server = new double[rounds];
        double[] rate = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            time[round] = 100 * (capture[round].seconds() / alone[round].seconds() - 1);
            double bareCpu = alone[round].cpu().own();
            cpu[round] = 100 * (capture[round].cpu().own() / bareCpu - 1);
            server[round] = 100 * capture[round].cpu().started() / bareCpu;
            rate[round] = subject.tokens() / capture[round].seconds();
        }
        return List.of(
                subject.name(),
                bare,
                Long.toString(subject.tokens()),
                String.format(Locale.ROOT, "%.0f", new Sample(rate).median()),
                new Sample(time).text("%.1f"),
                new Sample(cpu).text("%.1f"),
                new Sample(server).text("%.1f"));
    }
}

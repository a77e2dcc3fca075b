package io.concordance.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** The JMH benchmarks of this module; {@code --rounds} is measurements of each, {@code --only} a part of a name. */
final class JmhBenchmarks implements Comparison {
    private static final String ALL = "io.concordance.bench.";
    private static final TimeValue QUICK = TimeValue.milliseconds(100);

    private final Options options;

    JmhBenchmarks() {
        this(Options.NONE);
    }

    private JmhBenchmarks(Options options) {
        this.options = options;
    }

    @Override
    public Comparison with(Options other) {
        return new JmhBenchmarks(other);
    }

    @Override
    public Report run(Progress progress) throws RunnerException {
        ChainedOptionsBuilder wanted = new OptionsBuilder()
                .include(options.only() == null ? ALL : options.only())
                .shouldFailOnError(true);
        if (options.quick()) {
            wanted.forks(1)
                    .warmupIterations(1)
                    .warmupTime(QUICK)
                    .measurementIterations(2)
                    .measurementTime(QUICK);
        }
        if (options.rounds() != null) {
            wanted.measurementIterations(options.rounds());
        }
        PrintStream out = System.out;
        System.setOut(System.err);
        try {
            return report(new Runner(wanted.build()).run());
        } finally {
            System.setOut(out);
        }
    }

    private static Report report(Collection<RunResult> results) {
        List<List<String>> rows = new ArrayList<>();
        for (RunResult run : results) {
            BenchmarkParams params = run.getParams();
            Result<?> score = run.getPrimaryResult();
            rows.add(List.of(
                    params.getBenchmark().substring(ALL.length()),
                    params.getParamsKeys().stream()
                            .map(key -> key + " " + params.getParam(key))
                            .collect(Collectors.joining(", ")),
                    String.format(Locale.ROOT, "%.4g", score.getScore()),
                    Double.isNaN(score.getScoreError())
                            ? "unknown"
                            : String.format(Locale.ROOT, "%.2g", score.getScoreError()),
                    Long.toString(score.getSampleCount()),
                    score.getScoreUnit()));
        }
        return new Report(
                "jmh",
                List.of(System.getProperty("os.arch") + ", Java " + Runtime.version()),
                List.of(new Report.Section(
                        "JMH benchmarks",
                        List.of("benchmark", "with", "mean", "+-, 99.9 %", "n", "unit"),
                        rows,
                        List.of())));
    }
}

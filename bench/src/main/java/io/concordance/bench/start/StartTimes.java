package io.concordance.bench.start;

import io.concordance.bench.Comparison;
import io.concordance.bench.Options;
import io.concordance.bench.Report;
import io.concordance.bench.Sample;
import io.concordance.bench.pull.Cli;
import io.concordance.cli.platform.LoneService;
import io.concordance.local.LocalStackProcess;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Starts every service alone, with its start-up cache and without, and the platform as a whole. */
public final class StartTimes implements Comparison {
    private static final double GOAL_SECONDS = 3;
    private static final double GOAL_MEGABYTES = 300;
    private static final double MEGABYTES_A_KIBIBYTE = 1024 / 1e6;
    private final int rounds;
    private final Duration idle;

    public StartTimes() {
        this(5, Duration.ofMinutes(1));
    }

    private StartTimes(int rounds, Duration idle) {
        this.rounds = rounds;
        this.idle = idle;
    }

    @Override
    public Comparison with(Options options) {
        options.withoutOnly();
        return new StartTimes(options.roundsOr(options.quick() ? 1 : rounds), options.quick() ? Duration.ZERO : idle);
    }

    @Override
    public Report run(Progress progress) throws Exception {
        Path home = Path.of(System.getProperty("concordance.home"));
        Path work = Files.createTempDirectory("concordance-start");
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        List<Report.Section> sections = new ArrayList<>();
        try (LocalStackProcess stack = LocalStackProcess.start(work.resolve("alone"))) {
            sections.add(alone(home, work.resolve("alone"), stack, progress));
        }
        sections.add(together(home, work, progress));
        return new Report(
                "start",
                List.of(String.format(
                        Locale.ROOT,
                        "%d processors, load %.2f before; memory after %d s in which nothing was asked",
                        Runtime.getRuntime().availableProcessors(),
                        load,
                        idle.toSeconds())),
                sections);
    }

    private Report.Section alone(Path home, Path data, LocalStackProcess stack, Progress progress) throws Exception {
        List<List<String>> rows = new ArrayList<>();
        boolean soon = true;
        boolean small = true;
        for (String module : LoneService.modules()) {
            progress.begins(module);
            // The first start of all makes its tables.
            LoneService.start(module, home, data, stack.endpoints(), true).close();
            double[] with = new double[rounds];
            double[] without = new double[rounds];
            double[] resident = new double[rounds];
            for (int round = 0; round < rounds; round++) {
                try (LoneService service = LoneService.start(module, home, data, stack.endpoints(), false)) {
                    without[round] = service.seconds();
                }
                try (LoneService service = LoneService.start(module, home, data, stack.endpoints(), true)) {
                    with[round] = service.seconds();
                    Thread.sleep(idle);
                    resident[round] = residentMegabytes(service.pid());
                }
            }
            Sample seconds = new Sample(with);
            Sample megabytes = new Sample(resident);
            soon &= seconds.median() <= GOAL_SECONDS;
            small &= megabytes.median() <= GOAL_MEGABYTES;
            rows.add(List.of(module, seconds.text("%.2f"), new Sample(without).text("%.2f"), megabytes.text("%.0f")));
        }
        return new Report.Section(
                "Each service alone (goals: ready within 3 s, at most 300 MB resident)",
                List.of("service", "ready after, s", "without a start-up cache, s", "resident, MB"),
                rows,
                List.of(
                        (soon ? "every median is" : "not every median is") + " within 3 s",
                        (small ? "every median is" : "not every median is") + " within 300 MB"));
    }

    private Report.Section together(Path home, Path work, Progress progress) throws Exception {
        Cli cli = new Cli(home, work);
        double[] up = new double[rounds];
        double[] down = new double[rounds];
        cli.run("up");
        cli.run("down");
        for (int round = 0; round < rounds; round++) {
            progress.begins("the platform, round " + (round + 1));
            long begun = System.nanoTime();
            cli.run("up");
            up[round] = (System.nanoTime() - begun) / 1e9;
            begun = System.nanoTime();
            cli.run("down");
            down[round] = (System.nanoTime() - begun) / 1e9;
        }
        return new Report.Section(
                "The platform as a whole, on data that is there",
                List.of("command", "s"),
                List.of(List.of("up", new Sample(up).text("%.1f")), List.of("down", new Sample(down).text("%.1f"))),
                List.of());
    }

    /** What Linux says is resident of a process, pages of mapped files included. */
    private static double residentMegabytes(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D+", "")) * MEGABYTES_A_KIBIBYTE)
                .findFirst()
                .orElseThrow();
    }
}

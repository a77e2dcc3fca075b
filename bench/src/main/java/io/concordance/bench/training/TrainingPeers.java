package io.concordance.bench.training;

import io.concordance.bench.Comparison;
import io.concordance.bench.Options;
import io.concordance.bench.Report;
import io.concordance.trainer.kernel.KernelShape;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Training steps of the vector kernels and of published PyTorch trainers on the same rows from the same start.
 * {@code --only} takes {@code "d 512"}, {@code "d 768"} or {@code planted}.
 */
public final class TrainingPeers implements Comparison {
    private static final int ROUNDS = 5;

    private final Options options;

    public TrainingPeers() {
        this(Options.NONE);
    }

    private TrainingPeers(Options options) {
        this.options = options;
    }

    @Override
    public Comparison with(Options other) {
        return new TrainingPeers(other);
    }

    /**
     * A size to compare at.
     *
     * @param steps of a trainer in each round without AuxK
     * @param quality steps after which reconstructions are compared; 0 to leave that out
     */
    private record Size(KernelShape shape, int k, int steps, int quality) {}

    private List<Size> sizes() {
        return options.quick()
                ? List.of(new Size(new KernelShape(64, 512, 256), 8, 1, 20))
                : List.of(
                        new Size(new KernelShape(512, 8192, 4096), 32, 2, 32),
                        new Size(new KernelShape(768, 16_384, 4096), 32, 1, 0));
    }

    @Override
    public Report run(Progress progress) throws Exception {
        Workplace workplace = new Workplace(
                Files.createTempDirectory("concordance-training-peers"),
                Runtime.getRuntime().availableProcessors(),
                progress);
        try {
            return run(workplace);
        } finally {
            workplace.remove();
        }
    }

    private Report run(Workplace workplace) throws Exception {
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        int rounds = options.roundsOr(ROUNDS);
        workplace.progress().begins("the peak of the cores");
        double peak = FmaPeak.gigaflops(workplace.threads());
        List<Report.Section> sections = new ArrayList<>();
        for (Size size : sizes()) {
            if (!options.wants("d " + size.shape.width())) {
                continue;
            }
            workplace.progress().begins("rows of d " + size.shape.width());
            Scene scene = Scene.write(size.shape, size.k, workplace.folder());
            sections.add(new RuleTimes(workplace, rounds, peak).section(scene));
            sections.addAll(new PeerRounds(workplace, rounds, size.steps, size.quality).sections(scene));
        }
        if (options.wants("planted")) {
            sections.add(
                    (options.quick() ? PlantedRecovery.quick(workplace) : PlantedRecovery.full(workplace)).section());
        }
        return new Report(
                "training-peers",
                List.of(
                        String.format(
                                Locale.ROOT,
                                "%s, %d threads each, fp32; load before the run %.2f",
                                System.getProperty("os.arch"),
                                workplace.threads(),
                                load),
                        String.format(Locale.ROOT, "fp32 peak of %d threads: %.0f GF/s", workplace.threads(), peak),
                        "every trainer in a process of its own; ours with the collector and the heap limit of the"
                                + " trainer service on the local platform"),
                sections);
    }
}

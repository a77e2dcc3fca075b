package io.concordance.bench.capture;

import io.concordance.bench.Report;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Memory of a worker after more and more tokens. */
final class MemoryGrowth {
    private static final int[] TOKENS = {10_000, 100_000, 1_000_000};
    private static final double MEBI = 1 << 20;

    private final Workbench bench;

    MemoryGrowth(Workbench bench) {
        this.bench = bench;
    }

    Report.Section section(Subject subject) throws InterruptedException {
        List<List<String>> rows = new ArrayList<>();
        for (int tokens : TOKENS) {
            bench.progress().begins(String.format(Locale.ROOT, "memory after %,d tokens", tokens));
            heapPools().forEach(MemoryPoolMXBean::resetPeakUsage);
            long done = 0;
            while (done < tokens) {
                int pieces = (int) Math.clamp(
                        Math.ceilDiv(tokens - done, CaptureOverhead.SLICE_TOKENS),
                        1,
                        subject.slices().size());
                bench.capture(subject, pieces);
                for (int slice = 0; slice < pieces; slice++) {
                    done += subject.slices().get(slice).stream()
                            .mapToLong(document -> document.length())
                            .sum();
                }
            }
            double peak = heapPools().stream()
                            .mapToLong(pool -> pool.getPeakUsage().getUsed())
                            .sum()
                    / MEBI;
            System.gc();
            double live = heapPools().stream()
                            .mapToLong(pool -> pool.getUsage().getUsed())
                            .sum()
                    / MEBI;
            rows.add(List.of(
                    String.format(Locale.ROOT, "%,d", done),
                    mebi(live),
                    mebi(peak),
                    mebi(Runtime.getRuntime().maxMemory() / MEBI),
                    mebi(bench.capture().nativeBytes() / MEBI),
                    mebi(3.0 * bench.callers().threads() * CaptureOverhead.PART_BYTES / MEBI)));
        }
        return new Report.Section(
                "Memory of a worker, MiB (goal: heap within 512 and flat)",
                List.of("tokens", "heap live", "heap peak", "heap limit", "native held", "native limit"),
                rows,
                List.of("native limit = 3 x callers x part size (a single larger document takes its own size instead);"
                        + " it does not count what ONNX Runtime itself allocates"));
    }

    private static List<MemoryPoolMXBean> heapPools() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .toList();
    }

    private static String mebi(double value) {
        return String.format(Locale.ROOT, "%.0f", value);
    }
}

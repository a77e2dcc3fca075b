package io.concordance.trainer.kernel;

import io.concordance.contracts.kernel.Tiles;
import io.concordance.contracts.kernel.bf16.Bf16Unavailable;
import io.concordance.contracts.kernel.bf16.ScreenBound;
import io.concordance.contracts.kernel.bf16.ScreenTrial;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Encoding in two passes: products in bf16, at twice the rate of fp32, drop every pair whose {@link ScreenBound} rules it
 * out; what is left, some tens a row, is computed again in fp32 in the order of {@link StepKernels}. The outcome has
 * the bits of encoding in fp32 alone. Blocks of rows for which the bounds decide too little are left to that.
 */
final class Screen {
    private static final Logger LOG = System.getLogger(Screen.class.getName());

    /** Candidates a row, as a share of all features, above which the second pass costs what the first saves. */
    private static final double WORTHWHILE = 1.0 / 16;

    /** Steps without a screen after one that was not worth its time. */
    private static final int REST = 64;

    /** Share of the batch left to fp32 from which on the first pass was in vain. */
    private static final double OPEN = 1.0 / 8;

    private static final int NARROWEST = 128;
    private static final int FEWEST = 1024;

    /** For which steps bf16 products are used. */
    enum Use {
        NEVER,
        WHERE_IT_PAYS,
        /** Whatever it costs; for tests. */
        ALWAYS
    }

    private final KernelShape shape;
    private final Workers workers;
    private final boolean always;
    private final int unitBlocks;
    private final Rounded rounded;
    private final ScreenBound bound;
    private final ScreenScratch[] scratch;
    private final long[] candidates;
    private int resting;

    private Screen(KernelShape shape, Workers workers, int blocks, int unitBlocks, boolean always) {
        this.shape = shape;
        this.workers = workers;
        this.unitBlocks = unitBlocks;
        this.always = always;
        this.rounded = new Rounded(shape, workers, blocks);
        this.bound = rounded.bound;
        this.scratch = new ScreenScratch[workers.count()];
        Arrays.setAll(scratch, i -> new ScreenScratch());
        this.candidates = new long[blocks];
    }

    /** A screen where one can help a step of this shape and nothing keeps it from running, else null. */
    static @Nullable Screen open(KernelShape shape, Workers workers, int blocks, int unitBlocks, Use use) {
        boolean wanted = switch (use) {
            case NEVER -> false;
            case WHERE_IT_PAYS -> shape.width() >= NARROWEST && shape.features() >= FEWEST;
            case ALWAYS -> true;
        };
        return wanted && shape.width() <= ScreenBound.WIDEST && runs()
                ? new Screen(shape, workers, blocks, unitBlocks, use == Use.ALWAYS)
                : null;
    }

    /** What this machine allows, found once. */
    private static final class Machine {
        static final Optional<String> OBSTACLE = obstacle();

        private static Optional<String> obstacle() {
            Optional<String> obstacle = ScreenTrial.obstacle();
            LOG.log(
                    Level.INFO,
                    obstacle.map(reason -> "no bf16 screening: " + reason).orElse("bf16 screening where it pays"));
            return obstacle;
        }
    }

    /** Whether this machine can screen at all. The first call finds out, which takes some tenths of a second. */
    static boolean runs() {
        return Machine.OBSTACLE.isEmpty();
    }

    /** @throws Bf16Unavailable when this machine cannot screen */
    static void require(boolean vector) {
        if (!vector) {
            throw new Bf16Unavailable("screening is required, but there are no vector kernels here");
        }
        Machine.OBSTACLE.ifPresent(reason -> {
            throw new Bf16Unavailable("screening is required, but " + reason);
        });
    }

    /** Names what a step encodes; comes before its selections. */
    void begin(float[] rows, float[] weights, float[] biases) {
        rounded.begin(rows, weights, biases);
    }

    /** Whether the next selection shall be screened. */
    boolean pays(int k) {
        if (always) {
            return true;
        }
        if (resting > 0) {
            resting--;
            return false;
        }
        return 2 * k <= WORTHWHILE * shape.features();
    }

    /** Stages the k largest positive of each row, but for blocks whose outcome says otherwise. */
    void topK(int k, Staged staged, Borders borders, float[] lengths) {
        if (rounded.pack()) {
            Arrays.fill(candidates, 0);
            topK(k, staged, staged.every(), borders, lengths);
            topK(k, staged, staged.blocks(Staged.Outcome.SHORT), new Borders(0), lengths);
            rest(staged);
        }
    }

    private void topK(int k, Staged staged, int[] blocks, Borders borders, float[] lengths) {
        workers.run((blocks.length + unitBlocks - 1) / unitBlocks, (unit, worker) -> {
            ScreenScratch mine = scratch[worker];
            int first = unit * unitBlocks;
            int last = Math.min(blocks.length, first + unitBlocks);
            ScreenedTopK top = mine.top(unitBlocks * Tiles.ROWS, k);
            for (int i = first; i < last; i++) {
                staged.outcomes[blocks[i]] = trusted(blocks[i]) ? Staged.Outcome.DONE : Staged.Outcome.OPEN;
                for (int r = 0; r < rowsOf(blocks[i]); r++) {
                    top.begin((i - first) * Tiles.ROWS + r, borders.first(lengths[blocks[i] * Tiles.ROWS + r]));
                }
            }
            scan(top, mine, staged.outcomes, blocks, first, last);
            for (int i = first; i < last; i++) {
                for (int r = 0; r < rowsOf(blocks[i]); r++) {
                    if (staged.outcomes[blocks[i]] == Staged.Outcome.DONE
                            && !finish(
                                    top, mine, blocks[i] * Tiles.ROWS + r, (i - first) * Tiles.ROWS + r, k, staged)) {
                        staged.outcomes[blocks[i]] = Staged.Outcome.SHORT;
                    }
                }
            }
        });
    }

    private int rowsOf(int block) {
        return Math.min(Tiles.ROWS, shape.batch() - block * Tiles.ROWS);
    }

    private boolean trusted(int block) {
        boolean trusted = true;
        for (int i = 0; i < rowsOf(block); i++) {
            trusted &= bound.trusted(block * Tiles.ROWS + i);
        }
        return trusted;
    }

    private void scan(
            ScreenedTopK top, ScreenScratch mine, Staged.Outcome[] outcomes, int[] blocks, int first, int last) {
        for (int p = 0; p < rounded.panels; p++) {
            for (int i = first; i < last; i++) {
                int b = blocks[i];
                if (outcomes[b] == Staged.Outcome.DONE) {
                    rounded.multiply(b, p, mine.tileSegment);
                    int row = b * Tiles.ROWS;
                    if (!top.offer(mine.tile, (i - first) * Tiles.ROWS, row, rowsOf(b), bound, p * Tiles.FEATURES)) {
                        outcomes[b] = Staged.Outcome.OPEN;
                    }
                }
            }
        }
    }

    /** Computes a row's candidates in fp32 and stages the k largest; false when fewer are above the row's first border. */
    private boolean finish(ScreenedTopK top, ScreenScratch mine, int row, int topRow, int k, Staged staged) {
        int n = top.thin(topRow, row, bound);
        candidates[row / Tiles.ROWS] += n;
        int at = top.start(topRow);
        float first = top.firstBorder(topRow);
        rounded.exact(row, mine.topFeatures, at, n, mine.exactSegment);
        int kept = 0;
        for (int i = 0; i < n; i++) {
            int feature = top.features[at + i];
            float z = mine.exact[i] + rounded.bias[feature];
            if (z >= first) {
                mine.exact[kept] = z;
                mine.features[kept++] = feature;
            }
        }
        if (kept < k && first > Float.MIN_VALUE) {
            return false;
        }
        if (kept > k) {
            KLargest.keep(mine.exact, mine.features, 0, kept, k, KLargest.kth(mine.exact, 0, kept, k));
            kept = k;
        }
        System.arraycopy(mine.exact, 0, staged.values, row * k, kept);
        System.arraycopy(mine.features, 0, staged.features, row * k, kept);
        staged.counts[row] = kept;
        return true;
    }

    /** Skips the screen for a while when this step's second pass was too long. */
    private void rest(Staged staged) {
        int open = staged.blocks(Staged.Outcome.OPEN).length;
        rest((double) open / staged.outcomes.length);
    }

    private void rest(double open) {
        long sum = 0;
        for (long count : candidates) {
            sum += count;
        }
        double share = (double) sum / shape.batch() / shape.features();
        if (!always && (share > WORTHWHILE || open > OPEN)) {
            resting = REST;
        }
    }

    /**
     * Every pair at or above a positive floor into the list of its unit, in (row, feature) order.
     *
     * @return the units that are left as they were
     */
    int[] gather(Candidates[] lists, float floor) {
        if (!rounded.pack()) {
            return IntStream.range(0, lists.length).toArray();
        }
        int blocks = candidates.length;
        boolean[] complete = new boolean[lists.length];
        Arrays.fill(candidates, 0);
        workers.run(lists.length, (unit, worker) -> {
            ScreenScratch mine = scratch[worker];
            int first = unit * unitBlocks;
            int last = Math.min(blocks, first + unitBlocks);
            Candidates list = lists[unit];
            complete[unit] = scanAbove(list, floor, mine, first, last);
            if (complete[unit]) {
                candidates[unit] = list.count;
                int firstRow = first * Tiles.ROWS;
                list.sort(firstRow, Math.min((last - first) * Tiles.ROWS, shape.batch() - firstRow));
                refine(list, floor, mine);
            }
        });
        int[] open =
                IntStream.range(0, lists.length).filter(unit -> !complete[unit]).toArray();
        rest((double) open.length / lists.length);
        return open;
    }

    private boolean scanAbove(Candidates list, float floor, ScreenScratch mine, int first, int last) {
        list.begin(floor, Integer.MAX_VALUE);
        double room = 4 * WORTHWHILE * (last - first) * Tiles.ROWS * shape.features();
        for (int b = first; b < last; b++) {
            if (!trusted(b)) {
                return false;
            }
        }
        for (int p = 0; p < rounded.panels; p++) {
            for (int b = first; b < last; b++) {
                rounded.multiply(b, p, mine.tileSegment);
                list.offerScreened(mine.tile, b * Tiles.ROWS, rowsOf(b), bound, p * Tiles.FEATURES);
            }
            if (!always && list.count > room) {
                return false;
            }
        }
        return true;
    }

    /** Replaces the bounds of a sorted list by fp32 values and drops those below the floor. */
    private void refine(Candidates list, float floor, ScreenScratch mine) {
        MemorySegment features = MemorySegment.ofArray(list.features);
        int kept = 0;
        int to;
        for (int from = 0; from < list.count; from = to) {
            int row = list.rows[from];
            to = from + 1;
            while (to < list.count && list.rows[to] == row) {
                to++;
            }
            mine.room(to - from);
            rounded.exact(row, features, from, to - from, mine.exactSegment);
            for (int i = from; i < to; i++) {
                int feature = list.features[i];
                float z = mine.exact[i - from] + rounded.bias[feature];
                if (z >= floor) {
                    list.values[kept] = z;
                    list.rows[kept] = row;
                    list.features[kept++] = feature;
                }
            }
        }
        list.count = kept;
    }
}

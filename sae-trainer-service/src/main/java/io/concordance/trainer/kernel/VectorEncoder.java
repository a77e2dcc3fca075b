package io.concordance.trainer.kernel;

import io.concordance.contracts.kernel.Tiles;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Encoding fused with selection: every tile of pre-activations goes from registers through a small buffer in the first
 * cache straight into a filter, so that [batch, features] never reaches memory.
 */
final class VectorEncoder {
    private static final int UNIT_ROWS = 192;
    /** A little below the border of the step before; a batch that then falls short is done again, so bits do not depend on it. */
    private static final float HINT = 0.9f;

    private static final float[] FALLBACKS = {0.5f, 0f};

    private final KernelShape shape;
    private final Workers workers;
    private final int blocks;
    private final int unitBlocks;
    private final float[] packedRows;
    private final Panels all;
    private final Panels dead;
    private final float[][] tiles;
    private final @Nullable RowTopK[] mainRows;
    private final @Nullable RowTopK[] deadRows;
    private final Candidates[] candidates;
    private final Staged staged;
    private final @Nullable Screen screen;
    private final Borders borders;
    private final Borders deadBorders;
    private float[] lengths = new float[0];
    private float[] centred = new float[0];
    private float[] encoder = new float[0];
    private float[] bias = new float[0];
    private boolean rowsPacked;
    private boolean featuresPacked;
    private final BatchCut cut = new BatchCut();
    private float lastBorder;
    /** Border of each feature for {@link #above}; what is not above it is no candidate. */
    private float[] floors = new float[0];

    VectorEncoder(KernelShape shape, Workers workers, Screen.Use use) {
        this.shape = shape;
        this.workers = workers;
        this.blocks = (shape.batch() + Tiles.ROWS - 1) / Tiles.ROWS;
        int share = (blocks + 4 * workers.count() - 1) / (4 * workers.count());
        this.unitBlocks = Math.max(1, Math.min(UNIT_ROWS / Tiles.ROWS, share));
        this.packedRows = new float[Math.multiplyExact(blocks * Tiles.ROWS, shape.width())];
        this.all = new Panels(shape.width());
        this.dead = new Panels(shape.width());
        this.tiles = new float[workers.count()][Tiles.ROWS * Tiles.FEATURES];
        this.mainRows = new RowTopK[workers.count()];
        this.deadRows = new RowTopK[workers.count()];
        this.candidates = new Candidates[units()];
        Arrays.setAll(candidates, i -> new Candidates());
        this.staged = new Staged(shape.batch(), blocks);
        this.screen = Screen.open(shape, workers, blocks, unitBlocks, use);
        this.borders = new Borders(shape.batch());
        this.deadBorders = new Borders(shape.batch());
    }

    private int units() {
        return (blocks + unitBlocks - 1) / unitBlocks;
    }

    boolean screens() {
        return screen != null;
    }

    /**
     * Names what the step encodes; comes before its selections.
     *
     * @param rows centred, [batch, stride]
     * @param rowLengths their norms
     */
    void begin(float[] rows, float[] rowLengths, float[] weights, float[] biases) {
        centred = rows;
        lengths = rowLengths;
        encoder = weights;
        bias = biases;
        rowsPacked = false;
        featuresPacked = false;
        if (screen != null) {
            screen.begin(rows, weights, biases);
        }
    }

    private void packRows() {
        if (!rowsPacked) {
            workers.run(
                    blocks,
                    (b, worker) ->
                            Tiles.packRows(b, centred, shape.batch(), shape.width(), shape.stride(), packedRows));
            rowsPacked = true;
        }
    }

    private void packAll() {
        packRows();
        if (!featuresPacked) {
            pack(all, new int[0], shape.features());
            featuresPacked = true;
        }
    }

    private void pack(Panels panels, int[] source, int features) {
        panels.resize(features);
        workers.run(panels.panels, (p, worker) -> panels.pack(p, source, features, encoder, bias, shape.stride()));
    }

    Selected topK(int k, Pairs pairs) {
        staged.begin(k);
        if (screen != null && screen.pays(k)) {
            screen.topK(k, staged, borders, lengths);
        }
        int[] open = staged.blocks(Staged.Outcome.OPEN);
        if (open.length > 0) {
            packAll();
            rows(all, mainRows, k, open, borders);
        }
        return collect(k, pairs, 0, new int[0], borders);
    }

    Selected deadTopK(int[] features, int k, Pairs pairs) {
        staged.begin(k);
        packRows();
        pack(dead, features, features.length);
        rows(dead, deadRows, k, staged.every(), deadBorders);
        return collect(k, pairs, shape.batch(), features, deadBorders);
    }

    /** Stages the k largest of each row of some blocks. */
    private void rows(Panels panels, @Nullable RowTopK[] scratch, int k, int[] open, Borders guess) {
        once(panels, scratch, k, open, guess);
        once(panels, scratch, k, staged.blocks(Staged.Outcome.SHORT), new Borders(0));
    }

    private void once(Panels panels, @Nullable RowTopK[] scratch, int k, int[] open, Borders guess) {
        workers.run((open.length + unitBlocks - 1) / unitBlocks, (unit, worker) -> {
            int first = unit * unitBlocks;
            int last = Math.min(open.length, first + unitBlocks);
            RowTopK top = scratch[worker];
            if (top == null || !top.fits(unitBlocks * Tiles.ROWS, k)) {
                top = new RowTopK(unitBlocks * Tiles.ROWS, k);
                scratch[worker] = top;
            }
            for (int i = first; i < last; i++) {
                for (int r = 0; r < rowsOf(open[i]); r++) {
                    top.begin((i - first) * Tiles.ROWS + r, guess.first(lengths[open[i] * Tiles.ROWS + r]));
                }
            }
            scan(panels, open, first, last, worker, top);
            for (int i = first; i < last; i++) {
                finish(top, open[i], (i - first) * Tiles.ROWS, k);
            }
        });
    }

    private void finish(RowTopK top, int block, int topRow, int k) {
        staged.outcomes[block] = Staged.Outcome.DONE;
        int row = block * Tiles.ROWS;
        for (int r = 0; r < rowsOf(block); r++) {
            int count = top.finish(topRow + r, staged.values, staged.features, (row + r) * k);
            staged.counts[row + r] = count;
            if (count < 0) {
                staged.outcomes[block] = Staged.Outcome.SHORT;
            }
        }
    }

    private int rowsOf(int block) {
        return Math.min(Tiles.ROWS, shape.batch() - block * Tiles.ROWS);
    }

    private void scan(Panels panels, int[] blockNames, int first, int last, int worker, RowTopK top) {
        float[] tile = tiles[worker];
        for (int p = 0; p < panels.panels; p++) {
            for (int i = first; i < last; i++) {
                Tiles.multiply(packedRows, blockNames[i], panels.weights, p, shape.width(), tile);
                top.offer(tile, (i - first) * Tiles.ROWS, rowsOf(blockNames[i]), panels.bias, p * Tiles.FEATURES);
            }
        }
    }

    private Selected collect(int k, Pairs pairs, int rowOffset, int[] featureNames, Borders learning) {
        long kept = 0;
        for (int count : staged.counts) {
            kept += count;
        }
        int first = pairs.count();
        int to = first;
        pairs.ensure(Math.toIntExact(to + kept));
        double sum = 0;
        for (int row = 0; row < shape.batch(); row++) {
            float smallest = 0;
            for (int i = row * k; i < row * k + staged.counts[row]; i++) {
                int feature = staged.features[i];
                float z = staged.values[i];
                pairs.set(to++, row + rowOffset, featureNames.length == 0 ? feature : featureNames[feature], z);
                smallest = smallest == 0 ? z : Math.min(smallest, z);
            }
            sum += smallest;
            learning.learn(row, staged.counts[row] == k ? smallest : 0, lengths[row]);
        }
        pairs.end(to);
        learning.settle();
        return pairs.selected(first, sum / shape.batch());
    }

    Selected batchTopK(int k, Pairs pairs) {
        long keep = (long) k * shape.batch();
        long found = first(k, keep);
        for (int i = 0; found < keep && lastBorder > 0 && i < FALLBACKS.length; i++) {
            found = gather(Math.max(Float.MIN_VALUE, FALLBACKS[i] * lastBorder), keep, false);
        }
        if (found == 0) {
            return new Selected(0, 0, 0);
        }
        Selected selected = cut.keep(candidates, Math.min(keep, found), pairs);
        lastBorder = (float) selected.threshold();
        return selected;
    }

    /** Fills the candidates by the border of the step before; only then are they few enough to screen for. */
    private long first(int k, long keep) {
        float floor = Math.max(Float.MIN_VALUE, HINT * lastBorder);
        if (screen == null || lastBorder == 0 || !screen.pays(k)) {
            return gather(floor, keep, false);
        }
        int[] open = screen.gather(candidates, floor);
        if (open.length > 0) {
            packAll();
            workers.run(open.length, (i, worker) -> gather(open[i], worker, floor, keep, false));
        }
        return found();
    }

    /**
     * Fills the candidates and returns their number.
     *
     * @param byFeature whether {@link #floors} hold in place of {@code floor}, and nothing is thinned out
     */
    private long gather(float floor, long keep, boolean byFeature) {
        packAll();
        workers.run(units(), (unit, worker) -> gather(unit, worker, floor, keep, byFeature));
        return found();
    }

    private long found() {
        long found = 0;
        for (Candidates list : candidates) {
            found += list.count;
        }
        return found;
    }

    private void gather(int unit, int worker, float floor, long keep, boolean byFeature) {
        Candidates list = candidates[unit];
        list.begin(floor, keep);
        float[] tile = tiles[worker];
        int firstBlock = unit * unitBlocks;
        int lastBlock = Math.min(blocks, firstBlock + unitBlocks);
        for (int p = 0; p < all.panels; p++) {
            for (int b = firstBlock; b < lastBlock; b++) {
                Tiles.multiply(packedRows, b, all.weights, p, shape.width(), tile);
                if (byFeature) {
                    list.offerAbove(tile, b * Tiles.ROWS, rowsOf(b), all.bias, p * Tiles.FEATURES, floors);
                } else {
                    list.offer(tile, b * Tiles.ROWS, rowsOf(b), all.bias, p * Tiles.FEATURES);
                }
            }
        }
        int firstRow = firstBlock * Tiles.ROWS;
        list.sort(firstRow, Math.min(unitBlocks * Tiles.ROWS, shape.batch() - firstRow));
    }

    /** Every pair above its feature's threshold, and with activation 0 those at most half a bandwidth below. */
    Selected above(float[] thresholds, float bandwidth, Pairs pairs) {
        packAll();
        if (floors.length < all.panels * Tiles.FEATURES) {
            floors = new float[all.panels * Tiles.FEATURES];
        }
        for (int f = 0; f < floors.length; f++) {
            floors[f] = f < thresholds.length ? thresholds[f] - bandwidth / 2 : Float.POSITIVE_INFINITY;
        }
        long found = gather(0, 0, true);
        pairs.ensure(Math.toIntExact(found));
        int to = 0;
        for (Candidates list : candidates) {
            for (int i = 0; i < list.count; i++) {
                float z = list.values[i];
                int feature = list.features[i];
                pairs.set(to++, list.rows[i], feature, z > thresholds[feature] ? z : 0);
            }
        }
        pairs.end(to);
        return pairs.selected(0, 0);
    }
}

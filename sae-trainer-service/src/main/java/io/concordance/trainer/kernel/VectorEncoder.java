package io.concordance.trainer.kernel;

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
    final float[] packedRows;
    private final Panels all;
    private final Panels dead;
    private final float[][] tiles;
    private final @Nullable RowTopK[] mainRows;
    private final @Nullable RowTopK[] deadRows;
    private final Candidates[] candidates;
    private float[] stagedValues = new float[0];
    private int[] stagedFeatures = new int[0];
    private final int[] stagedCounts;
    private final Ranks ranks = new Ranks();
    private float lastBorder;
    /** Border of each feature for {@link #above}; what is not above it is no candidate. */
    private float[] floors = new float[0];

    VectorEncoder(KernelShape shape, Workers workers) {
        this.shape = shape;
        this.workers = workers;
        this.blocks = (shape.batch() + Panels.ROWS - 1) / Panels.ROWS;
        int share = (blocks + 4 * workers.count() - 1) / (4 * workers.count());
        this.unitBlocks = Math.max(1, Math.min(UNIT_ROWS / Panels.ROWS, share));
        this.packedRows = new float[Math.multiplyExact(blocks * Panels.ROWS, shape.width())];
        this.all = new Panels(shape.width());
        this.dead = new Panels(shape.width());
        this.tiles = new float[workers.count()][Panels.ROWS * Panels.FEATURES];
        this.mainRows = new RowTopK[workers.count()];
        this.deadRows = new RowTopK[workers.count()];
        this.candidates = new Candidates[units()];
        Arrays.setAll(candidates, i -> new Candidates());
        this.stagedCounts = new int[shape.batch()];
    }

    private int units() {
        return (blocks + unitBlocks - 1) / unitBlocks;
    }

    int blocks() {
        return blocks;
    }

    /** Packs the encoder for the step. */
    void packWeights(float[] encoder, float[] bias) {
        pack(all, new int[0], shape.features(), encoder, bias);
    }

    private void pack(Panels panels, int[] source, int features, float[] encoder, float[] bias) {
        panels.resize(features);
        workers.run(panels.panels, (p, worker) -> panels.pack(p, source, features, encoder, bias, shape.stride()));
    }

    Selected topK(int k, Pairs pairs) {
        return rows(all, mainRows, k, pairs, 0, new int[0]);
    }

    Selected deadTopK(int[] features, int k, float[] encoder, float[] bias, Pairs pairs) {
        pack(dead, features, features.length, encoder, bias);
        return rows(dead, deadRows, k, pairs, shape.batch(), features);
    }

    private Selected rows(
            Panels panels, @Nullable RowTopK[] scratch, int k, Pairs pairs, int rowOffset, int[] featureNames) {
        int staged = Math.multiplyExact(shape.batch(), k);
        if (stagedValues.length < staged) {
            stagedValues = new float[staged];
            stagedFeatures = new int[staged];
        }
        workers.run(units(), (unit, worker) -> {
            int firstRow = unit * unitBlocks * Panels.ROWS;
            int unitRows = Math.min(unitBlocks * Panels.ROWS, shape.batch() - firstRow);
            RowTopK top = scratch[worker];
            if (top == null || !top.fits(unitBlocks * Panels.ROWS, k)) {
                top = new RowTopK(unitBlocks * Panels.ROWS, k);
                scratch[worker] = top;
            }
            top.begin(unitRows);
            scan(panels, unit, worker, top);
            for (int r = 0; r < unitRows; r++) {
                int row = firstRow + r;
                stagedCounts[row] = top.finish(r, stagedValues, stagedFeatures, row * k);
            }
        });
        return collect(k, pairs, rowOffset, featureNames);
    }

    private void scan(Panels panels, int unit, int worker, RowTopK top) {
        float[] tile = tiles[worker];
        int firstBlock = unit * unitBlocks;
        int lastBlock = Math.min(blocks, firstBlock + unitBlocks);
        for (int p = 0; p < panels.panels; p++) {
            for (int b = firstBlock; b < lastBlock; b++) {
                Panels.multiply(packedRows, b, panels.weights, p, shape.width(), tile);
                int rows = Math.min(Panels.ROWS, shape.batch() - b * Panels.ROWS);
                top.offer(tile, (b - firstBlock) * Panels.ROWS, rows, panels.bias, p * Panels.FEATURES);
            }
        }
    }

    private Selected collect(int k, Pairs pairs, int rowOffset, int[] featureNames) {
        long kept = 0;
        for (int count : stagedCounts) {
            kept += count;
        }
        int first = pairs.count();
        int to = first;
        pairs.ensure(Math.toIntExact(to + kept));
        double borders = 0;
        for (int row = 0; row < shape.batch(); row++) {
            float smallest = 0;
            for (int i = row * k; i < row * k + stagedCounts[row]; i++) {
                int feature = stagedFeatures[i];
                float z = stagedValues[i];
                pairs.set(to++, row + rowOffset, featureNames.length == 0 ? feature : featureNames[feature], z);
                smallest = smallest == 0 ? z : Math.min(smallest, z);
            }
            borders += smallest;
        }
        pairs.end(to);
        return pairs.selected(first, borders / shape.batch());
    }

    Selected batchTopK(int k, Pairs pairs) {
        long keep = (long) k * shape.batch();
        long found = gather(Math.max(Float.MIN_VALUE, HINT * lastBorder), keep, false);
        for (int i = 0; found < keep && lastBorder > 0 && i < FALLBACKS.length; i++) {
            found = gather(Math.max(Float.MIN_VALUE, FALLBACKS[i] * lastBorder), keep, false);
        }
        if (found == 0) {
            return new Selected(0, 0, 0);
        }
        Selected selected = emit(Math.min(keep, found), pairs);
        lastBorder = (float) selected.threshold();
        return selected;
    }

    /**
     * Fills the candidates and returns their number.
     *
     * @param byFeature whether {@link #floors} hold in place of {@code floor}, and nothing is thinned out
     */
    private long gather(float floor, long keep, boolean byFeature) {
        workers.run(units(), (unit, worker) -> {
            Candidates list = candidates[unit];
            list.begin(floor, keep);
            float[] tile = tiles[worker];
            int firstBlock = unit * unitBlocks;
            int lastBlock = Math.min(blocks, firstBlock + unitBlocks);
            for (int p = 0; p < all.panels; p++) {
                for (int b = firstBlock; b < lastBlock; b++) {
                    Panels.multiply(packedRows, b, all.weights, p, shape.width(), tile);
                    int rows = Math.min(Panels.ROWS, shape.batch() - b * Panels.ROWS);
                    if (byFeature) {
                        list.offerAbove(tile, b * Panels.ROWS, rows, all.bias, p * Panels.FEATURES, floors);
                    } else {
                        list.offer(tile, b * Panels.ROWS, rows, all.bias, p * Panels.FEATURES);
                    }
                }
            }
            int firstRow = firstBlock * Panels.ROWS;
            list.sort(firstRow, Math.min(unitBlocks * Panels.ROWS, shape.batch() - firstRow));
        });
        long found = 0;
        for (Candidates list : candidates) {
            found += list.count;
        }
        return found;
    }

    private Selected emit(long keep, Pairs pairs) {
        float[][] lists = new float[candidates.length][];
        int[] counts = new int[candidates.length];
        for (int i = 0; i < lists.length; i++) {
            lists[i] = candidates[i].values;
            counts[i] = candidates[i].count;
        }
        float border = ranks.kthLargest(lists, counts, keep);
        long ties = keep;
        for (Candidates list : candidates) {
            for (int i = 0; i < list.count; i++) {
                if (list.values[i] > border) {
                    ties--;
                }
            }
        }
        int to = pairs.count();
        pairs.ensure(Math.toIntExact(to + keep));
        for (Candidates list : candidates) {
            for (int i = 0; i < list.count; i++) {
                float z = list.values[i];
                if (z > border || (z == border && ties-- > 0)) {
                    pairs.set(to++, list.rows[i], list.features[i], z);
                }
            }
        }
        pairs.end(to);
        return pairs.selected(0, border);
    }

    /** Every pair above its feature's threshold, and with activation 0 those at most half a bandwidth below. */
    Selected above(float[] thresholds, float bandwidth, Pairs pairs) {
        if (floors.length < all.panels * Panels.FEATURES) {
            floors = new float[all.panels * Panels.FEATURES];
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

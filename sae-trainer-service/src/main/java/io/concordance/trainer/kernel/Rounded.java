package io.concordance.trainer.kernel;

import io.concordance.contracts.kernel.Tiles;
import io.concordance.contracts.kernel.bf16.Bf16;
import io.concordance.contracts.kernel.bf16.ScreenBound;
import java.lang.foreign.MemorySegment;

/** A step's rows and encoder in bf16, with the bounds on what that does to their products. */
final class Rounded {
    private final KernelShape shape;
    private final Workers workers;
    private final int stride;
    private final int blocks;
    final int panels;
    final ScreenBound bound;
    private final double[] rowSquares;
    private final double[] featureSquares;
    private final MemorySegment packedRows;
    private final MemorySegment packedFeatures;
    private final MemorySegment rowSquaresSegment;
    private final MemorySegment featureSquaresSegment;
    private float[] encoder = new float[0];
    float[] bias = new float[0];
    private MemorySegment encoderSegment = MemorySegment.NULL;
    private MemorySegment rowsSegment = MemorySegment.NULL;
    private boolean packed;
    private boolean holds;

    Rounded(KernelShape shape, Workers workers, int blocks) {
        this.shape = shape;
        this.workers = workers;
        this.stride = shape.stride();
        this.blocks = blocks;
        this.panels = (shape.features() + Tiles.FEATURES - 1) / Tiles.FEATURES;
        this.bound = new ScreenBound(shape.width(), shape.batch());
        this.rowSquares = new double[2 * blocks * Tiles.ROWS];
        this.featureSquares = new double[2 * panels * Tiles.FEATURES];
        this.packedRows = MemorySegment.ofArray(new int[blocks * Tiles.ROWS * (stride / 2)]);
        this.packedFeatures = MemorySegment.ofArray(new int[panels * Tiles.FEATURES * (stride / 2)]);
        this.rowSquaresSegment = MemorySegment.ofArray(rowSquares);
        this.featureSquaresSegment = MemorySegment.ofArray(featureSquares);
    }

    /** Names what a step encodes: rows [batch, stride], weights [features, stride] and their biases. */
    void begin(float[] rows, float[] weights, float[] biases) {
        if (encoder != weights) {
            encoder = weights;
            encoderSegment = MemorySegment.ofArray(weights);
            rowsSegment = MemorySegment.ofArray(rows);
        }
        bias = biases;
        packed = false;
    }

    /** Rounds and packs rows and features unless that is done; returns whether the bounds hold for the weights. */
    boolean pack() {
        if (!packed) {
            workers.run(blocks, (b, worker) -> pack(b, Tiles.ROWS, shape.batch(), true));
            workers.run(panels, (p, worker) -> pack(p, Tiles.FEATURES, shape.features(), false));
            bound.rows(rowSquares);
            holds = bound.features(featureSquares, bias, shape.features(), panels * Tiles.FEATURES);
            packed = true;
        }
        return holds;
    }

    private void pack(int group, int lanes, int vectors, boolean rows) {
        long first = (long) group * lanes;
        Bf16.pack(
                rows ? rowsSegment : encoderSegment,
                first * stride,
                stride,
                Math.min(lanes, vectors - first),
                lanes,
                rows ? packedRows : packedFeatures,
                first * (stride / 2),
                rows ? rowSquaresSegment : featureSquaresSegment,
                2 * first);
    }

    /** A tile of bf16 products. */
    void multiply(int block, int panel, MemorySegment tile) {
        Bf16.multiply(
                packedRows,
                (long) block * Tiles.ROWS * (stride / 2),
                packedFeatures,
                (long) panel * Tiles.FEATURES * (stride / 2),
                stride / 2,
                tile);
    }

    /** Pre-activations without bias by the contract of {@link StepKernels}, of one row and features [from, from + n). */
    void exact(int row, MemorySegment features, int from, int n, MemorySegment out) {
        Bf16.dots(rowsSegment, (long) row * stride, encoderSegment, features, from, n, stride, out, 0);
    }
}

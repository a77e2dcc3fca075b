package io.concordance.trainer.kernel;

import io.concordance.trainer.kernel.cuda.CudaDevice;
import io.concordance.trainer.kernel.cuda.DeviceMemory;

/**
 * Phase 2 on a GPU: pre-activations of a panel of rows at a time, [panel, features], selected before the next panel takes
 * their place. Only counts and borders reach the host, which turns them into places.
 */
final class CudaSelector {
    private static final int PANEL_STEP = 128;
    private static final int THREADS = 256;

    private final CudaDevice device;
    private final KernelShape shape;
    private final CudaBuffers buffers;
    private final CudaCounts counts;
    private final CudaCandidates candidates;
    private final boolean inOrder;
    private final int panelCells;
    private DeviceMemory dense = DeviceMemory.NONE;
    private DeviceMemory packed = DeviceMemory.NONE;
    private DeviceMemory packedBias = DeviceMemory.NONE;
    private DeviceMemory listed = DeviceMemory.NONE;
    private final DeviceMemory rowSums;
    private final DeviceMemory edges;
    private final DeviceMemory border;
    private final float[] smallest;
    private final double[] sums;

    /** @param panelCells elements of pre-activations kept at a time, at least 128 rows of them */
    CudaSelector(CudaBuffers buffers, boolean inOrder, int panelCells) {
        this.device = buffers.device;
        this.shape = buffers.shape;
        this.buffers = buffers;
        this.inOrder = inOrder;
        this.panelCells = panelCells;
        counts = new CudaCounts(device);
        candidates = new CudaCandidates(buffers, counts);
        rowSums = buffers.doubles(shape.batch());
        edges = buffers.floats(shape.features());
        border = buffers.floats(1);
        smallest = new float[shape.batch()];
        sums = new double[shape.batch()];
    }

    Selected select(Selection selection) {
        DeviceMemory encoder = buffers.value(Parameter.ENCODER);
        DeviceMemory bias = buffers.value(Parameter.ENCODER_BIAS);
        if (!(selection instanceof Selection.DeadTopK)) {
            buffers.count = 0;
        }
        double threshold = switch (selection) {
            case Selection.TopK(int k) -> rows(encoder, bias, shape.features(), k, DeviceMemory.NONE, 0);
            case Selection.BatchTopK(int k) -> batch(encoder, bias, (long) k * shape.batch());
            case Selection.Positive() -> {
                device.write(border, new float[1]);
                yield above(encoder, bias, border, 0, DeviceMemory.NONE);
            }
            case Selection.Above(float bandwidth) -> {
                float[] lower = buffers.loadThresholds();
                for (int f = 0; f < lower.length; f++) {
                    lower[f] -= bandwidth / 2;
                }
                device.write(edges, lower);
                yield above(encoder, bias, edges, 1, buffers.thresholds);
            }
            case Selection.DeadTopK(int[] features, int k) -> {
                gather(encoder, bias, features);
                yield rows(packed, packedBias, features.length, k, listed, shape.batch());
            }
        };
        boolean auxiliary = selection instanceof Selection.DeadTopK;
        if (!auxiliary) {
            buffers.main = buffers.count;
        }
        buffers.findRows(auxiliary ? 2 * shape.batch() : shape.batch());
        return selected(threshold, auxiliary ? shape.batch() : 0);
    }

    private Selected selected(double threshold, int firstRow) {
        int batch = shape.batch();
        counts.ensure(batch);
        device.kernel("rowTotals")
                .with(buffers.activations)
                .with(buffers.starts.from((long) firstRow * Integer.BYTES))
                .with(batch)
                .with(counts.kept)
                .with(rowSums)
                .run((batch + THREADS - 1) / THREADS, THREADS);
        counts.read(batch);
        device.read(rowSums, sums, batch);
        long active = 0;
        double sum = 0;
        for (int r = 0; r < batch; r++) {
            active += counts.keptOnHost[r];
            sum += sums[r];
        }
        return new Selected(active, threshold, sum);
    }

    private void gather(DeviceMemory encoder, DeviceMemory bias, int[] list) {
        packed = device.grow(packed, (long) list.length * shape.stride() * Float.BYTES);
        packedBias = device.grow(packedBias, (long) list.length * Float.BYTES);
        listed = device.grow(listed, (long) list.length * Integer.BYTES);
        device.write(listed, list, list.length);
        device.kernel("gatherRows")
                .with(encoder)
                .with(bias)
                .with(listed)
                .with(shape.stride())
                .with(packed)
                .with(packedBias)
                .run(list.length, 128);
    }

    /** W x_c of rows [first, first + count) for n weight rows, into {@link #dense}. */
    private void encode(DeviceMemory weights, int n, int first, int count) {
        DeviceMemory from = buffers.centred.from((long) first * shape.stride() * Float.BYTES);
        if (inOrder) {
            device.kernel("encodeInOrder")
                    .with(from)
                    .with(weights)
                    .with(count)
                    .with(n)
                    .with(shape.stride())
                    .with(dense)
                    .run((n + 127) / 128, (count + 127) / 128, THREADS);
        } else {
            device.multiplyTransposed(from, weights, count, n, shape.width(), shape.stride(), dense);
        }
    }

    private interface Panel {
        void accept(int first, int count);
    }

    private void byPanels(DeviceMemory weights, int n, Panel body) {
        int most = Math.min(shape.batch(), Math.max(PANEL_STEP, panelCells / n / PANEL_STEP * PANEL_STEP));
        dense = device.grow(dense, (long) most * n * Float.BYTES);
        counts.ensure(most);
        for (int first = 0; first < shape.batch(); first += most) {
            int count = Math.min(most, shape.batch() - first);
            encode(weights, n, first, count);
            body.accept(first, count);
        }
    }

    /** The k largest of each row; returns the mean over rows of each row's smallest. */
    private double rows(DeviceMemory weights, DeviceMemory bias, int n, int k, DeviceMemory map, int rowOffset) {
        byPanels(weights, n, (first, count) -> {
            device.kernel("rowBorders")
                    .with(dense)
                    .with(bias)
                    .with(n)
                    .with(k)
                    .with(counts.borders)
                    .with(counts.ties)
                    .with(counts.kept)
                    .with(counts.other)
                    .run(count, THREADS);
            counts.read(count);
            for (int r = 0; r < count; r++) {
                smallest[first + r] = Float.intBitsToFloat(counts.otherOnHost[r]);
            }
            write(bias, n, counts.borders, 1, 0, counts.ties, DeviceMemory.NONE, map, first + rowOffset, count);
        });
        double borders = 0;
        for (float value : smallest) {
            borders += value;
        }
        return borders / shape.batch();
    }

    /** Everything above its feature's edge (step 1) or above one edge (step 0). */
    private double above(DeviceMemory weights, DeviceMemory bias, DeviceMemory floors, int step, DeviceMemory theta) {
        byPanels(weights, shape.features(), (first, count) -> {
            collect(bias, floors, step, theta, first, count);
        });
        return 0;
    }

    private void collect(DeviceMemory bias, DeviceMemory floors, int step, DeviceMemory theta, int first, int count) {
        int n = shape.features();
        counts.above(dense, bias, n, Math.multiplyExact(count, n), floors, step, count);
        write(bias, n, floors, 0, step, DeviceMemory.NONE, theta, DeviceMemory.NONE, first, count);
    }

    /** Writes pairs of a panel whose counts are known behind those there are. */
    private void write(
            DeviceMemory bias,
            int n,
            DeviceMemory borders,
            int rowStep,
            int columnStep,
            DeviceMemory ties,
            DeviceMemory theta,
            DeviceMemory map,
            int firstRow,
            int count) {
        int end = counts.place(buffers.count, count);
        buffers.ensurePairs(end);
        device.kernel("writePairs")
                .with(dense)
                .with(bias)
                .with(n)
                .with(borders)
                .with(rowStep)
                .with(columnStep)
                .with(ties)
                .with(theta)
                .with(map)
                .with(counts.kept)
                .with(firstRow)
                .with(buffers.rows)
                .with(buffers.features)
                .with(buffers.activations)
                .run(count, THREADS);
        buffers.count = end;
    }

    /**
     * The largest positive values of the whole batch. Candidates gather panel by panel; when they are many, those that can
     * no longer be kept are dropped and the border rises.
     */
    private double batch(DeviceMemory weights, DeviceMemory bias, long places) {
        long limit = Math.max(2 * places, panelCells / 4);
        device.write(border, new float[1]);
        byPanels(weights, shape.features(), (first, count) -> {
            collect(bias, border, 0, DeviceMemory.NONE, first, count);
            if (buffers.count > limit) {
                float floor = Math.nextDown(candidates.kthLargest((int) places));
                candidates.thin(floor, 0);
                device.write(border, new float[] {floor});
            }
        });
        if (buffers.count == 0) {
            return 0;
        }
        if (buffers.count <= places) {
            return candidates.kthLargest(buffers.count);
        }
        float last = candidates.kthLargest((int) places);
        candidates.thin(last, (int) places);
        return last;
    }
}

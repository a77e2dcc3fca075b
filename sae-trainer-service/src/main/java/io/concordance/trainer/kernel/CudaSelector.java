package io.concordance.trainer.kernel;

import io.concordance.trainer.kernel.cuda.CudaDevice;
import io.concordance.trainer.kernel.cuda.DeviceMemory;
import java.util.Arrays;

/**
 * Phase 2 on a GPU: pre-activations of a panel of rows at a time, [panel, features], selected before the next panel takes
 * their place. Only counts and borders reach the host, which turns them into places.
 */
final class CudaSelector {
    private static final int PANEL_STEP = 128;
    private static final int CHUNK = 4096;
    private static final int BINS = 2048;
    private static final int THREADS = 256;
    private static final int HISTOGRAM_BLOCKS = 256;

    private final CudaDevice device;
    private final KernelShape shape;
    private final CudaBuffers buffers;
    private final boolean inOrder;
    private final int panelCells;
    private DeviceMemory dense = DeviceMemory.NONE;
    private DeviceMemory packed = DeviceMemory.NONE;
    private DeviceMemory packedBias = DeviceMemory.NONE;
    private DeviceMemory listed = DeviceMemory.NONE;
    private DeviceMemory spareRows = DeviceMemory.NONE;
    private DeviceMemory spareFeatures = DeviceMemory.NONE;
    private DeviceMemory spareActivations = DeviceMemory.NONE;
    private final DeviceMemory[] perRow = new DeviceMemory[4];
    private final DeviceMemory rowSums;
    private final DeviceMemory edges;
    private final DeviceMemory border;
    private final DeviceMemory bins;
    private int[] firsts = new int[0];
    private int[] seconds = new int[0];
    private final float[] smallest;
    private final double[] sums;

    /** @param panelCells elements of pre-activations kept at a time, at least 128 rows of them */
    CudaSelector(CudaBuffers buffers, boolean inOrder, int panelCells) {
        this.device = buffers.device;
        this.shape = buffers.shape;
        this.buffers = buffers;
        this.inOrder = inOrder;
        this.panelCells = panelCells;
        Arrays.fill(perRow, DeviceMemory.NONE);
        rowSums = buffers.doubles(shape.batch());
        edges = buffers.floats(shape.features());
        border = buffers.floats(1);
        bins = buffers.ints(BINS);
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
        perRow(batch);
        device.kernel("rowTotals")
                .with(buffers.activations)
                .with(buffers.starts.from((long) firstRow * Integer.BYTES))
                .with(batch)
                .with(perRow[0])
                .with(rowSums)
                .run((batch + THREADS - 1) / THREADS, THREADS);
        device.read(perRow[0], firsts, batch);
        device.read(rowSums, sums, batch);
        long active = 0;
        double sum = 0;
        for (int r = 0; r < batch; r++) {
            active += firsts[r];
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
        perRow(most);
        for (int first = 0; first < shape.batch(); first += most) {
            int count = Math.min(most, shape.batch() - first);
            encode(weights, n, first, count);
            body.accept(first, count);
        }
    }

    /** Makes room for so many rows or chunks. */
    private void perRow(int count) {
        for (int i = 0; i < perRow.length; i++) {
            perRow[i] = device.grow(perRow[i], (long) count * Integer.BYTES);
        }
        if (firsts.length < count) {
            firsts = new int[count];
            seconds = new int[count];
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
                    .with(perRow[0])
                    .with(perRow[1])
                    .with(perRow[2])
                    .with(perRow[3])
                    .run(count, THREADS);
            device.read(perRow[2], firsts, count);
            device.read(perRow[3], seconds, count);
            for (int r = 0; r < count; r++) {
                smallest[first + r] = Float.intBitsToFloat(seconds[r]);
            }
            write(bias, n, perRow[0], 1, 0, perRow[1], DeviceMemory.NONE, map, first + rowOffset, count);
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
        countAbove(dense, bias, n, count * n, floors, step, count);
        write(bias, n, floors, 0, step, DeviceMemory.NONE, theta, DeviceMemory.NONE, first, count);
    }

    /** Reads what is above and what equals the border of each row or chunk into firsts and seconds. */
    private void countAbove(
            DeviceMemory values, DeviceMemory bias, int n, int total, DeviceMemory floors, int step, int blocks) {
        device.kernel("countAbove")
                .with(values)
                .with(bias)
                .with(n)
                .with(total)
                .with(floors)
                .with(0)
                .with(step)
                .with(perRow[2])
                .with(perRow[3])
                .run(blocks, THREADS);
        device.read(perRow[2], firsts, blocks);
        device.read(perRow[3], seconds, blocks);
    }

    /** Writes pairs of a panel whose counts are in firsts behind those there are. */
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
        int end = offsets(buffers.count, count);
        buffers.ensurePairs(end);
        device.write(perRow[2], firsts, count);
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
                .with(perRow[2])
                .with(firstRow)
                .with(buffers.rows)
                .with(buffers.features)
                .with(buffers.activations)
                .run(count, THREADS);
        buffers.count = end;
    }

    /** Turns counts in firsts into places from {@code start} on; returns the end. */
    private int offsets(int start, int count) {
        int end = start;
        for (int i = 0; i < count; i++) {
            int size = firsts[i];
            firsts[i] = end;
            end = Math.addExact(end, size);
        }
        return end;
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
                float floor = Math.nextDown(kthLargest((int) places));
                thin(floor, 0);
                device.write(border, new float[] {floor});
            }
        });
        if (buffers.count == 0) {
            return 0;
        }
        if (buffers.count <= places) {
            return kthLargest(buffers.count);
        }
        float last = kthLargest((int) places);
        thin(last, (int) places);
        return last;
    }

    /** Drops pairs below a border. Those equal to it stay, the first ones, as long as there are places. */
    private void thin(float floor, int places) {
        int count = buffers.count;
        int chunks = (count + CHUNK - 1) / CHUNK;
        perRow(chunks);
        device.write(border, new float[] {floor});
        countAbove(buffers.activations, DeviceMemory.NONE, CHUNK, count, border, 0, chunks);
        long left = places;
        for (int i = 0; i < chunks; i++) {
            left -= firsts[i];
        }
        for (int i = 0; i < chunks; i++) {
            seconds[i] = (int) Math.max(0, Math.min(left, seconds[i]));
            left -= seconds[i];
            firsts[i] += seconds[i];
        }
        int end = offsets(0, chunks);
        device.write(perRow[2], firsts, chunks);
        device.write(perRow[3], seconds, chunks);
        spareRows = device.grow(spareRows, (long) end * Integer.BYTES);
        spareFeatures = device.grow(spareFeatures, (long) end * Integer.BYTES);
        spareActivations = device.grow(spareActivations, (long) end * Float.BYTES);
        device.kernel("thinPairs")
                .with(count)
                .with(CHUNK)
                .with(floor)
                .with(perRow[3])
                .with(perRow[2])
                .with(buffers.rows)
                .with(buffers.features)
                .with(buffers.activations)
                .with(spareRows)
                .with(spareFeatures)
                .with(spareActivations)
                .run(chunks, THREADS);
        swap();
        buffers.count = end;
    }

    private void swap() {
        DeviceMemory rows = buffers.rows;
        DeviceMemory features = buffers.features;
        DeviceMemory activations = buffers.activations;
        buffers.rows = spareRows;
        buffers.features = spareFeatures;
        buffers.activations = spareActivations;
        spareRows = rows;
        spareFeatures = features;
        spareActivations = activations;
    }

    /** The k-th largest activation, exact: bits are counted 11, 11 and 9 at a time. */
    private float kthLargest(int k) {
        int[] counts = new int[BINS];
        int prefix = 0;
        int left = k;
        for (int[] digit : new int[][] {{20, 31}, {9, 20}, {0, 9}}) {
            device.clear(bins);
            device.kernel("histogram")
                    .with(buffers.activations)
                    .with(buffers.count)
                    .with(digit[0])
                    .with(digit[1])
                    .with(prefix)
                    .with(bins)
                    .run(Math.min(HISTOGRAM_BLOCKS, buffers.count / THREADS + 1), THREADS);
            device.read(bins, counts, BINS);
            int bin = BINS - 1;
            while (counts[bin] < left) {
                left -= counts[bin--];
            }
            prefix |= bin << digit[0];
        }
        return Float.intBitsToFloat(prefix);
    }
}

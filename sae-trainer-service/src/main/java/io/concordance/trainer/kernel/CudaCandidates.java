package io.concordance.trainer.kernel;

import io.concordance.trainer.kernel.cuda.CudaDevice;
import io.concordance.trainer.kernel.cuda.DeviceMemory;

/** Cuts the list of pairs to the largest ones, exactly, and keeps it in order. The host sees counts by digit and by chunk. */
final class CudaCandidates {
    private static final int CHUNK = 4096;
    private static final int BINS = 2048;
    private static final int THREADS = 256;
    private static final int MOST_BLOCKS = 256;

    private final CudaDevice device;
    private final CudaBuffers buffers;
    private final CudaCounts counts;
    private final DeviceMemory bins;
    private final DeviceMemory border;
    private DeviceMemory spareRows = DeviceMemory.NONE;
    private DeviceMemory spareFeatures = DeviceMemory.NONE;
    private DeviceMemory spareActivations = DeviceMemory.NONE;

    CudaCandidates(CudaBuffers buffers, CudaCounts counts) {
        this.device = buffers.device;
        this.buffers = buffers;
        this.counts = counts;
        bins = buffers.ints(BINS);
        border = buffers.floats(1);
    }

    /** The k-th largest activation: bits are counted 11, 11 and 9 at a time. */
    float kthLargest(int k) {
        int[] digits = new int[BINS];
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
                    .run(Math.min(MOST_BLOCKS, buffers.count / THREADS + 1), THREADS);
            device.read(bins, digits, BINS);
            int bin = BINS - 1;
            while (digits[bin] < left) {
                left -= digits[bin--];
            }
            prefix |= bin << digit[0];
        }
        return Float.intBitsToFloat(prefix);
    }

    /** Drops pairs below a border. Those equal to it stay, the first ones, as long as there are places. */
    void thin(float floor, int places) {
        int count = buffers.count;
        int chunks = (count + CHUNK - 1) / CHUNK;
        counts.ensure(chunks);
        device.write(border, new float[] {floor});
        counts.above(buffers.activations, DeviceMemory.NONE, CHUNK, count, border, 0, chunks);
        int[] kept = counts.keptOnHost;
        int[] ties = counts.otherOnHost;
        long left = places;
        for (int i = 0; i < chunks; i++) {
            left -= kept[i];
        }
        for (int i = 0; i < chunks; i++) {
            ties[i] = (int) Math.max(0, Math.min(left, ties[i]));
            left -= ties[i];
            kept[i] += ties[i];
        }
        device.write(counts.ties, ties, chunks);
        int end = counts.place(0, chunks);
        spareRows = device.grow(spareRows, (long) end * Integer.BYTES);
        spareFeatures = device.grow(spareFeatures, (long) end * Integer.BYTES);
        spareActivations = device.grow(spareActivations, (long) end * Float.BYTES);
        device.kernel("thinPairs")
                .with(count)
                .with(CHUNK)
                .with(floor)
                .with(counts.ties)
                .with(counts.kept)
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
}

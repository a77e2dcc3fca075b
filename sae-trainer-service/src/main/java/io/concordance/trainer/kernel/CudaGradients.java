package io.concordance.trainer.kernel;

import io.concordance.trainer.kernel.cuda.CudaDevice;
import io.concordance.trainer.kernel.cuda.DeviceMemory;

/** Phases 4 and 5 on a GPU: pairs brought to their features in row order, then every feature's gradients by one block. */
final class CudaGradients {
    /** Most cursors of the counting sort, one a feature and chunk of rows. */
    private static final int CURSORS = 1 << 22;

    private static final int MOST_CHUNKS = 128;
    private static final int THREADS = 128;
    private static final int SCAN_THREADS = 1024;

    private final CudaDevice device;
    private final KernelShape shape;
    private final CudaBuffers buffers;
    private final int chunks;
    private final DeviceMemory cursors;
    private final DeviceMemory active;
    private final DeviceMemory totals;
    private final DeviceMemory places;
    private final DeviceMemory decoderSquares;
    private final DeviceMemory encoderSquares;
    private DeviceMemory rows = DeviceMemory.NONE;
    private DeviceMemory sources = DeviceMemory.NONE;
    private DeviceMemory activations = DeviceMemory.NONE;
    private DeviceMemory deltas = DeviceMemory.NONE;

    CudaGradients(CudaBuffers buffers) {
        this.device = buffers.device;
        this.shape = buffers.shape;
        this.buffers = buffers;
        int features = shape.features();
        chunks = Math.max(1, Math.min(MOST_CHUNKS, CURSORS / features));
        cursors = buffers.ints((long) chunks * features);
        active = buffers.ints(features);
        totals = buffers.ints(features);
        places = buffers.ints(features + 1L);
        decoderSquares = buffers.floats(features);
        encoderSquares = buffers.floats(features);
    }

    /**
     * Returns how many rows each feature is active on, [features].
     *
     * @param ends the objective's prefixes on the device
     */
    int[] groupByFeature(Objective objective, DeviceMemory ends) {
        int features = shape.features();
        int rowCount = buffers.startRows;
        int each = (rowCount + chunks - 1) / chunks;
        ensure((long) buffers.count * Integer.BYTES);
        device.clear(cursors);
        device.clear(active);
        device.kernel("groupCount")
                .with(buffers.starts)
                .with(rowCount)
                .with(each)
                .with(buffers.features)
                .with(buffers.activations)
                .with(buffers.main)
                .with(features)
                .with(cursors)
                .with(active)
                .run(chunks, THREADS);
        device.kernel("groupOffsets")
                .with(chunks)
                .with(features)
                .with(cursors)
                .with(totals)
                .run((features + THREADS - 1) / THREADS, THREADS);
        device.kernel("scan").with(totals).with(features).with(places).run(1, SCAN_THREADS);
        device.kernel("groupPlace")
                .with(buffers.starts)
                .with(rowCount)
                .with(each)
                .with(shape.batch())
                .with(buffers.features)
                .with(buffers.activations)
                .with(buffers.deltas)
                .with(ends)
                .with(objective.count())
                .with(features)
                .with(places)
                .with(cursors)
                .with(rows)
                .with(sources)
                .with(activations)
                .with(deltas)
                .run(chunks, THREADS);
        int[] counts = new int[features];
        device.read(active, counts, features);
        return counts;
    }

    private void ensure(long bytes) {
        rows = device.grow(rows, bytes);
        sources = device.grow(sources, bytes);
        activations = device.grow(activations, bytes);
        deltas = device.grow(deltas, bytes);
    }

    /** Fills all gradients and returns their squared norm, summed in the order of {@link ScalarKernels}. */
    double compute(Objective objective) {
        boolean learnsThresholds = objective.bandwidth() != 0;
        if (learnsThresholds) {
            buffers.loadThresholds();
        }
        int features = shape.features();
        device.kernel("featureGradients")
                .with(places)
                .with(rows)
                .with(sources)
                .with(activations)
                .with(deltas)
                .with(buffers.output)
                .with(buffers.centred)
                .with(buffers.value(Parameter.DECODER))
                .with(shape.stride())
                .with(learnsThresholds ? buffers.thresholds : DeviceMemory.NONE)
                .with(objective.bandwidth())
                .with(objective.thresholdPenalty())
                .with(objective.count() * shape.batch())
                .with(gradient(Parameter.DECODER))
                .with(gradient(Parameter.ENCODER))
                .with(gradient(Parameter.ENCODER_BIAS))
                .with(gradient(Parameter.THRESHOLD))
                .with(decoderSquares)
                .with(encoderSquares)
                .run(features, THREADS);
        float[] bias = buffers.read(gradient(Parameter.ENCODER_BIAS), features);
        float[] threshold = buffers.read(gradient(Parameter.THRESHOLD), features);
        float[] decoder = buffers.read(decoderSquares, features);
        float[] encoder = buffers.read(encoderSquares, features);
        double squares = 0;
        for (int f = 0; f < features; f++) {
            squares += (double) threshold[f] * threshold[f];
            squares += decoder[f];
            squares += encoder[f];
            squares += (double) bias[f] * bias[f];
        }
        return squares + decoderBias(objective);
    }

    /** The buffers still have the column sums of the residual, which are those of the output but for a factor. */
    private double decoderBias(Objective objective) {
        boolean nested = objective.count() > 1;
        if (nested) {
            buffers.columnSums(buffers.output);
        }
        device.kernel("decoderBiasGradient")
                .with(buffers.sums)
                .with(nested ? 1.0 : (double) objective.outputCoefficient(shape))
                .with(gradient(Parameter.ENCODER_BIAS))
                .with(buffers.value(Parameter.ENCODER))
                .with(shape.features())
                .with(shape.stride())
                .with(gradient(Parameter.DECODER_BIAS))
                .run(CudaBuffers.columnBlocks(shape), CudaBuffers.COLUMN_THREADS);
        double squares = 0;
        for (float value : buffers.read(gradient(Parameter.DECODER_BIAS), shape.stride())) {
            squares += (double) value * value;
        }
        return squares;
    }

    private DeviceMemory gradient(Parameter parameter) {
        return buffers.tensor(parameter, Quantity.GRADIENT);
    }
}

package io.concordance.trainer.kernel;

import io.concordance.trainer.kernel.cuda.CudaDevice;
import io.concordance.trainer.kernel.cuda.DeviceMemory;
import java.util.EnumMap;
import java.util.Map;

/** Device buffers of a step, the counterpart of {@link StepBuffers}. What grows is replaced, so fields are read anew. */
final class CudaBuffers {
    static final int COLUMN_THREADS = 256;
    private static final int BLOCK_COLUMNS = 32;
    final CudaDevice device;
    final KernelShape shape;
    private final Map<Parameter, DeviceMemory[]> tensors = new EnumMap<>(Parameter.class);

    /** Scaled rows x, centred rows and residuals, [batch, stride] each. */
    final DeviceMemory x;

    final DeviceMemory centred;
    final DeviceMemory residual;
    /** dL/dx_hat, [(groups + 1) batch, stride]. */
    DeviceMemory output = DeviceMemory.NONE;

    /** Pairs in (row, feature) order, auxiliary ones behind the main ones with {@code row + batch}. */
    DeviceMemory rows = DeviceMemory.NONE;

    DeviceMemory features = DeviceMemory.NONE;
    DeviceMemory activations = DeviceMemory.NONE;
    DeviceMemory deltas = DeviceMemory.NONE;
    int main;
    int count;
    /** The first pair of every row, auxiliary rows included, [2 batch + 1]. */
    final DeviceMemory starts;
    /** Rows that {@link #starts} covers: batch, or twice that with auxiliary pairs. */
    int startRows;

    /** theta of every feature, [features]; set where a rule needs it. */
    final DeviceMemory thresholds;

    /** Column sums of the last matrix they were taken of, [stride]. */
    final DeviceMemory sums;

    CudaBuffers(CudaDevice device, KernelShape shape) {
        this.device = device;
        this.shape = shape;
        for (Parameter parameter : Parameter.values()) {
            DeviceMemory[] quantities = new DeviceMemory[Quantity.values().length];
            for (int i = 0; i < quantities.length; i++) {
                quantities[i] = floats((long) parameter.rows(shape) * parameter.stride(shape));
            }
            tensors.put(parameter, quantities);
        }
        long cells = (long) shape.batch() * shape.stride();
        x = floats(cells);
        centred = floats(cells);
        residual = floats(cells);
        starts = ints(2L * shape.batch() + 1);
        thresholds = floats(shape.features());
        sums = doubles(shape.stride());
    }

    DeviceMemory floats(long count) {
        return device.allocate(count * Float.BYTES);
    }

    DeviceMemory ints(long count) {
        return device.allocate(count * Integer.BYTES);
    }

    DeviceMemory doubles(long count) {
        return device.allocate(count * Double.BYTES);
    }

    DeviceMemory tensor(Parameter parameter, Quantity quantity) {
        DeviceMemory[] quantities = tensors.get(parameter);
        if (quantities == null) {
            throw new IllegalStateException("no buffer for " + parameter);
        }
        return quantities[quantity.ordinal()];
    }

    DeviceMemory value(Parameter parameter) {
        return tensor(parameter, Quantity.VALUE);
    }

    void put(Parameter parameter, Quantity quantity, float[] values) {
        if (values.length != parameter.size(shape)) {
            throw new IllegalArgumentException(
                    parameter + ": given " + values.length + " elements, allowed " + parameter.size(shape));
        }
        device.write(
                tensor(parameter, quantity),
                repacked(values, parameter.rows(shape), parameter.columns(shape), parameter.stride(shape)));
    }

    float[] get(Parameter parameter, Quantity quantity) {
        float[] padded = new float[parameter.rows(shape) * parameter.stride(shape)];
        device.read(tensor(parameter, quantity), padded, padded.length);
        return repacked(padded, parameter.rows(shape), parameter.stride(shape), parameter.columns(shape));
    }

    /** Rows of one length as rows of another, cut or filled up with zeros. */
    private static float[] repacked(float[] values, int rows, int from, int to) {
        if (from == to) {
            return values;
        }
        float[] repacked = new float[Math.multiplyExact(rows, to)];
        for (int r = 0; r < rows; r++) {
            System.arraycopy(values, r * from, repacked, r * to, Math.min(from, to));
        }
        return repacked;
    }

    /** Makes room for so many pairs; those there stay. */
    void ensurePairs(long capacity) {
        rows = device.grow(rows, capacity * Integer.BYTES);
        features = device.grow(features, capacity * Integer.BYTES);
        activations = device.grow(activations, capacity * Float.BYTES);
    }

    /** Finds the first pair of each of so many rows. */
    void findRows(int rowCount) {
        startRows = rowCount;
        device.kernel("findRows")
                .with(rows)
                .with(count)
                .with(rowCount)
                .with(starts)
                .run(rowCount / 256 + 1, 256);
    }

    /** Blocks of a kernel that takes thirty-two columns a block. */
    static int columnBlocks(KernelShape shape) {
        return (shape.stride() + BLOCK_COLUMNS - 1) / BLOCK_COLUMNS;
    }

    /** Sums the columns of the first batch rows of a matrix, into {@link #sums} and to the host. */
    double[] columnSums(DeviceMemory matrix) {
        device.kernel("columnSums")
                .with(matrix)
                .with(shape.batch())
                .with(shape.stride())
                .with(sums)
                .run(columnBlocks(shape), COLUMN_THREADS);
        double[] columns = new double[shape.stride()];
        device.read(sums, columns, columns.length);
        return columns;
    }

    float[] read(DeviceMemory from, int count) {
        float[] values = new float[count];
        device.read(from, values, count);
        return values;
    }

    /** theta = exp of the parameter; on the host, whose exponential is the same everywhere. */
    float[] loadThresholds() {
        float[] values = get(Parameter.THRESHOLD, Quantity.VALUE);
        for (int f = 0; f < values.length; f++) {
            values[f] = (float) StrictMath.exp(values[f]);
        }
        device.write(thresholds, values);
        return values;
    }

    /** Copies the pairs to the host. */
    void copyTo(Pairs pairs) {
        pairs.clear();
        pairs.ensure(count);
        device.read(rows, pairs.rows(), count);
        device.read(features, pairs.features(), count);
        device.read(activations, pairs.activations(), count);
        if (deltas.bytes() >= (long) count * Float.BYTES) {
            device.read(deltas, pairs.deltas(), count);
        }
        pairs.end(main);
        pairs.endMain();
        pairs.end(count);
    }
}

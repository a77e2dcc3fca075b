package io.concordance.trainer.kernel;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/** Heap buffers of the CPU kernels. Matrix rows are padded with zeros to {@link KernelShape#stride}. */
final class StepBuffers {
    final KernelShape shape;
    private final Map<Parameter, float[][]> tensors = new EnumMap<>(Parameter.class);

    /** Scaled rows x, [batch, stride]. */
    final float[] x;
    /** x - b_dec, [batch, stride]. */
    final float[] centred;
    /** e = x - x_hat, [batch, stride]. */
    final float[] residual;
    /**
     * dL/dx_hat of the rows once for each group of features between two prefixes, then of the auxiliary rows,
     * [(groups + 1) batch, stride]; grows on first use.
     */
    float[] output;

    Objective objective;

    final Pairs pairs = new Pairs();
    final FeatureGroups groups;
    /** Column sums of {@link #residual}, [stride]. */
    final double[] residualSums;
    /** Scratch for sums over columns, [stride]. */
    final double[] columnSums;

    StepBuffers(KernelShape shape) {
        this.shape = shape;
        for (Parameter parameter : Parameter.values()) {
            float[][] quantities = new float[Quantity.values().length][];
            for (int i = 0; i < quantities.length; i++) {
                quantities[i] = new float[parameter.rows(shape) * parameter.stride(shape)];
            }
            tensors.put(parameter, quantities);
        }
        int cells = shape.batch() * shape.stride();
        x = new float[cells];
        centred = new float[cells];
        residual = new float[cells];
        output = new float[cells];
        objective = Objective.reconstruction(shape.features());
        groups = new FeatureGroups(shape.features(), shape.batch());
        residualSums = new double[shape.stride()];
        columnSums = new double[shape.stride()];
    }

    float[] tensor(Parameter parameter, Quantity quantity) {
        float[][] quantities = tensors.get(parameter);
        if (quantities == null) {
            throw new IllegalStateException("no buffer for " + parameter);
        }
        return quantities[quantity.ordinal()];
    }

    float[] value(Parameter parameter) {
        return tensor(parameter, Quantity.VALUE);
    }

    void put(Parameter parameter, Quantity quantity, float[] values) {
        if (values.length != parameter.size(shape)) {
            throw new IllegalArgumentException(
                    parameter + ": given " + values.length + " elements, allowed " + parameter.size(shape));
        }
        float[] target = tensor(parameter, quantity);
        int columns = parameter.columns(shape);
        for (int r = 0; r < parameter.rows(shape); r++) {
            System.arraycopy(values, r * columns, target, r * parameter.stride(shape), columns);
        }
    }

    float[] get(Parameter parameter, Quantity quantity) {
        float[] source = tensor(parameter, quantity);
        int columns = parameter.columns(shape);
        float[] values = new float[parameter.size(shape)];
        for (int r = 0; r < parameter.rows(shape); r++) {
            System.arraycopy(source, r * parameter.stride(shape), values, r * columns, columns);
        }
        return values;
    }

    /** Makes room for so many times [batch, stride]. */
    void growOutput(int slots) {
        int cells = Math.multiplyExact(slots * shape.batch(), shape.stride());
        if (output.length < cells) {
            output = Arrays.copyOf(output, cells);
        }
    }

    /** Thresholds of all features, theta = exp of the parameter, into {@code out}. */
    void thresholds(float[] out) {
        float[] logarithms = value(Parameter.THRESHOLD);
        for (int f = 0; f < shape.features(); f++) {
            out[f] = (float) StrictMath.exp(logarithms[f]);
        }
    }
}

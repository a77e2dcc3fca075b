package io.concordance.trainer.kernel;

import io.concordance.trainer.kernel.cuda.CudaDevice;
import io.concordance.trainer.kernel.cuda.CudaDevice.Products;
import io.concordance.trainer.kernel.cuda.DeviceMemory;
import io.concordance.trainer.kernel.cuda.Launch;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The step on an NVIDIA GPU, by kernels that are compiled for it when they are opened. All phases keep to the order of
 * operations of {@link StepKernels}, without atomics on floats; encoding does so with {@link CudaEncoding#IN_ORDER} and
 * then the bits are the CPU's. With cuBLAS they are its own: equal from run to run on one type of GPU and one version of
 * the library, and otherwise equal up to rounding.
 */
public final class CudaKernels implements StepKernels {
    private static final List<String> SOURCES =
            List.of("common.cu", "encode.cu", "select.cu", "decode.cu", "gradients.cu", "update.cu");
    /** 32 MiB of pre-activations, which stay in the cache of large GPUs. */
    private static final int PANEL_CELLS = 1 << 23;

    private static final int THREADS = 128;

    private final KernelShape shape;
    private final int stride;
    private final CudaEncoding encoding;
    private final CudaDevice device;
    private final CudaBuffers buffers;
    private final CudaSelector selector;
    private final CudaGradients gradients;
    private final Pairs pairs = new Pairs();
    private final DeviceMemory rawRows;
    private final DeviceMemory rowSquares;
    private final DeviceMemory nestedSquares;
    private final DeviceMemory ends;
    private Objective objective;

    /** @throws io.concordance.trainer.kernel.cuda.CudaUnavailable naming what is missing */
    public CudaKernels(KernelShape shape, int ordinal, CudaEncoding encoding) {
        this(shape, ordinal, encoding, PANEL_CELLS);
    }

    CudaKernels(KernelShape shape, int ordinal, CudaEncoding encoding, int panelCells) {
        this.shape = shape;
        this.stride = shape.stride();
        this.encoding = encoding;
        this.device = new CudaDevice(
                ordinal,
                source(),
                switch (encoding) {
                    case CUBLAS -> Products.FP32;
                    case CUBLAS_TF32 -> Products.TF32;
                    case IN_ORDER -> Products.NONE;
                });
        int features = shape.features();
        int batch = shape.batch();
        objective = Objective.reconstruction(features);
        try {
            buffers = new CudaBuffers(device, shape);
            selector = new CudaSelector(buffers, encoding == CudaEncoding.IN_ORDER, panelCells);
            gradients = new CudaGradients(buffers);
            rawRows = buffers.floats((long) batch * shape.width());
            rowSquares = buffers.floats(batch);
            nestedSquares = buffers.doubles(batch);
            ends = buffers.ints(features);
        } catch (RuntimeException e) {
            device.close();
            throw e;
        }
    }

    /** The kernels in CUDA C++. */
    static String source() {
        StringBuilder source = new StringBuilder();
        for (String name : SOURCES) {
            try (InputStream in = CudaKernels.class.getResourceAsStream(name)) {
                if (in == null) {
                    throw new IllegalStateException("resource " + name + " is not in this build");
                }
                source.append(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return source.toString();
    }

    @Override
    public KernelShape shape() {
        return shape;
    }

    @Override
    public String name() {
        return "cuda " + encoding.wireName() + " on " + device.name();
    }

    @Override
    public String arithmetic() {
        return encoding == CudaEncoding.IN_ORDER ? IN_ORDER : encoding.wireName() + "/" + device.architecture();
    }

    @Override
    public void put(Parameter parameter, Quantity quantity, float[] values) {
        device.bind();
        buffers.put(parameter, quantity, values);
    }

    @Override
    public float[] get(Parameter parameter, Quantity quantity) {
        device.bind();
        return buffers.get(parameter, quantity);
    }

    @Override
    public BatchMoments centre(float[] rows, float scale) {
        device.bind();
        device.write(rawRows, rows);
        device.kernel("centre")
                .with(rawRows)
                .with(buffers.value(Parameter.DECODER_BIAS))
                .with(scale)
                .with(shape.width())
                .with(stride)
                .with(buffers.x)
                .with(buffers.centred)
                .with(rowSquares)
                .run(shape.batch(), THREADS);
        double[] columns = buffers.columnSums(buffers.x);
        double squares = total(rowSquares, shape.batch());
        return new BatchMoments(squares, Columns.variance(squares, columns, shape.batch()));
    }

    private double total(DeviceMemory parts, int count) {
        double sum = 0;
        for (float part : buffers.read(parts, count)) {
            sum += part;
        }
        return sum;
    }

    @Override
    public Selected select(Selection selection) {
        device.bind();
        return selector.select(selection);
    }

    @Override
    public Residual decode(Objective wanted) {
        device.bind();
        objective = wanted;
        int groups = objective.count();
        int batch = shape.batch();
        device.write(ends, objective.prefixes(), groups);
        buffers.output = device.grow(buffers.output, (groups + 1L) * batch * stride * Float.BYTES);
        buffers.deltas = device.grow(buffers.deltas, buffers.activations.bytes());
        device.kernel("decode")
                .with(buffers.x)
                .with(buffers.value(Parameter.DECODER_BIAS))
                .with(buffers.value(Parameter.DECODER))
                .with(buffers.starts)
                .with(buffers.features)
                .with(buffers.activations)
                .with(ends)
                .with(groups)
                .with(stride)
                .with(objective.outputCoefficient(shape))
                .with(objective.activationPenalty())
                .with(buffers.residual)
                .with(buffers.output)
                .with(buffers.deltas)
                .with(rowSquares)
                .with(nestedSquares)
                .run(batch, THREADS);
        double[] columns = buffers.columnSums(buffers.residual);
        double squares = total(rowSquares, batch);
        double[] parts = new double[batch];
        device.read(nestedSquares, parts, batch);
        double nested = 0;
        for (double part : parts) {
            nested += part;
        }
        return new Residual(
                squares, Columns.variance(squares, columns, batch), groups == 1 ? squares : nested / groups);
    }

    @Override
    public double decodeAuxiliary(double weight) {
        device.bind();
        int batch = shape.batch();
        buffers.deltas = device.grow(buffers.deltas, buffers.activations.bytes());
        device.kernel("decodeAuxiliary")
                .with(buffers.residual)
                .with(buffers.value(Parameter.DECODER))
                .with(buffers.starts.from((long) batch * Integer.BYTES))
                .with(buffers.features)
                .with(buffers.activations)
                .with(stride)
                .with((float) (-2 * weight))
                .with(buffers.output.from((long) objective.count() * batch * stride * Float.BYTES))
                .with(buffers.deltas)
                .with(rowSquares)
                .run(batch, THREADS);
        return total(rowSquares, batch);
    }

    @Override
    public int[] groupByFeature() {
        device.bind();
        return gradients.groupByFeature(objective, ends);
    }

    @Override
    public double gradients() {
        device.bind();
        return gradients.compute(objective);
    }

    private DeviceMemory gradient(Parameter parameter) {
        return buffers.tensor(parameter, Quantity.GRADIENT);
    }

    @Override
    public void update(AdamStep step) {
        device.bind();
        for (Parameter parameter : Parameter.values()) {
            boolean matrix = parameter == Parameter.ENCODER || parameter == Parameter.DECODER;
            Launch launch = device.kernel(matrix ? "adamRows" : "adam")
                    .with(buffers.value(parameter))
                    .with(gradient(parameter))
                    .with(buffers.tensor(parameter, Quantity.FIRST_MOMENT))
                    .with(buffers.tensor(parameter, Quantity.SECOND_MOMENT))
                    .with(parameter.stride(shape));
            if (matrix) {
                launch.with(parameter == Parameter.DECODER ? 1 : 0);
            }
            launch.with(step.learningRate() * step.correction1())
                    .with(step.beta1())
                    .with(1 - step.beta1())
                    .with(step.beta2())
                    .with(1 - step.beta2())
                    .with(step.correction2())
                    .with(step.epsilon())
                    .with(step.gradientScale())
                    .run(matrix ? shape.features() : (parameter.stride(shape) + THREADS - 1) / THREADS, THREADS);
        }
    }

    @Override
    public Pairs pairs() {
        device.bind();
        buffers.copyTo(pairs);
        return pairs;
    }

    @Override
    public void close() {
        device.close();
    }
}

package io.concordance.trainer.kernel;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.memory.enums.AllocationPolicy;
import org.nd4j.linalg.api.memory.enums.LearningPolicy;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The six phases as dense matrix algebra on ND4J: an independent reference that shares neither loops nor selection with
 * the other implementations. Its sums are OpenBLAS's and ND4J's, in an order of theirs, so that it agrees with the others
 * to rounding alone; sums over a batch are made in double precision. Stores [batch, features] several times over.
 */
final class Nd4jKernels implements StepKernels {
    static final String ARITHMETIC = "nd4j";

    private static final WorkspaceConfiguration WORKSPACE = WorkspaceConfiguration.builder()
            .initialSize(0)
            .policyLearning(LearningPolicy.OVER_TIME)
            .policyAllocation(AllocationPolicy.STRICT)
            .build();

    private final KernelShape shape;
    private final String workspace = "concordance-step-" + System.identityHashCode(this);
    private final Map<Parameter, INDArray[]> tensors = new EnumMap<>(Parameter.class);
    private final Pairs pairs = new Pairs();
    private final INDArray x;
    private final INDArray centred;
    private final INDArray residual;
    private final INDArray auxiliary;
    private INDArray[] output = new INDArray[0];

    private Objective objective;

    Nd4jKernels(KernelShape shape) {
        this.shape = shape;
        for (Parameter parameter : Parameter.values()) {
            INDArray[] quantities = new INDArray[Quantity.values().length];
            Arrays.setAll(quantities, i -> zeros(parameter.rows(shape), parameter.columns(shape)));
            tensors.put(parameter, quantities);
        }
        x = zeros(shape.batch(), shape.width());
        centred = zeros(shape.batch(), shape.width());
        residual = zeros(shape.batch(), shape.width());
        auxiliary = zeros(shape.batch(), shape.width());
        objective = Objective.reconstruction(shape.features());
    }

    private static INDArray zeros(long rows, long columns) {
        return Nd4j.create(DataType.FLOAT, rows, columns);
    }

    private MemoryWorkspace scratch() {
        return Nd4j.getWorkspaceManager().getAndActivateWorkspace(WORKSPACE, workspace);
    }

    private INDArray tensor(Parameter parameter, Quantity quantity) {
        INDArray[] quantities = tensors.get(parameter);
        if (quantities == null) {
            throw new IllegalStateException("no array for " + parameter);
        }
        return quantities[quantity.ordinal()];
    }

    private INDArray value(Parameter parameter) {
        return tensor(parameter, Quantity.VALUE);
    }

    @Override
    public KernelShape shape() {
        return shape;
    }

    @Override
    public String arithmetic() {
        return ARITHMETIC;
    }

    @Override
    public String name() {
        return "nd4j";
    }

    @Override
    public void put(Parameter parameter, Quantity quantity, float[] values) {
        if (values.length != parameter.size(shape)) {
            throw new IllegalArgumentException(
                    parameter + ": given " + values.length + " elements, allowed " + parameter.size(shape));
        }
        tensor(parameter, quantity).data().setData(values);
    }

    @Override
    public float[] get(Parameter parameter, Quantity quantity) {
        return tensor(parameter, quantity).data().asFloat();
    }

    @Override
    public BatchMoments centre(float[] rows, float scale) {
        try (MemoryWorkspace scratch = scratch()) {
            x.data().setData(Arrays.copyOf(rows, shape.batch() * shape.width()));
            x.muli(scale);
            centred.assign(x.subRowVector(value(Parameter.DECODER_BIAS)));
            return new BatchMoments(squares(x), aroundMean(x));
        }
    }

    private static double squares(INDArray array) {
        INDArray wide = array.castTo(DataType.DOUBLE);
        return wide.muli(wide).sumNumber().doubleValue();
    }

    private static double aroundMean(INDArray array) {
        INDArray wide = array.castTo(DataType.DOUBLE);
        return squares(wide.subRowVector(wide.mean(true, 0)));
    }

    @Override
    public Selected select(Selection selection) {
        float[] encoded = encode();
        if (selection instanceof Selection.DeadTopK(int[] features, int k)) {
            return Nd4jSelection.rows(shape, pairs, encoded, features, k, shape.batch());
        }
        pairs.clear();
        Selected selected = switch (selection) {
            case Selection.TopK(int k) -> Nd4jSelection.rows(shape, pairs, encoded, null, k, 0);
            case Selection.BatchTopK(int k) -> Nd4jSelection.batch(shape, pairs, encoded, k);
            case Selection.Positive() -> Nd4jSelection.above(shape, pairs, encoded, new float[shape.features()], 0);
            case Selection.Above(float bandwidth) ->
                Nd4jSelection.above(shape, pairs, encoded, thresholds(), bandwidth);
            case Selection.DeadTopK rule -> throw new IllegalStateException("handled above: " + rule);
        };
        pairs.endMain();
        return selected;
    }

    /** Pre-activations, [batch, features] row-major. The product goes to an array in 'f' order, twice as fast as 'c'. */
    private float[] encode() {
        try (MemoryWorkspace scratch = scratch()) {
            INDArray product =
                    Nd4j.createUninitialized(DataType.FLOAT, new long[] {shape.batch(), shape.features()}, 'f');
            Nd4j.gemm(centred, value(Parameter.ENCODER), product, false, true, 1, 0);
            product.addiRowVector(value(Parameter.ENCODER_BIAS));
            return product.dup('c').data().asFloat();
        }
    }

    private float[] thresholds() {
        float[] thresholds = get(Parameter.THRESHOLD, Quantity.VALUE);
        for (int f = 0; f < thresholds.length; f++) {
            thresholds[f] = (float) StrictMath.exp(thresholds[f]);
        }
        return thresholds;
    }

    /** Values of the pairs [from, to) as [batch, features]. */
    private INDArray scattered(float[] values, int from, int to) {
        float[] cells = new float[shape.batch() * shape.features()];
        for (int i = from; i < to; i++) {
            cells[pairs.rows()[i] % shape.batch() * shape.features() + pairs.features()[i]] = values[i];
        }
        return Nd4j.create(cells, new long[] {shape.batch(), shape.features()}, 'c');
    }

    private int start(int prefix) {
        return prefix == 0 ? 0 : objective.end(prefix - 1);
    }

    private INDArray columns(INDArray matrix, int prefix) {
        return matrix.get(NDArrayIndex.all(), NDArrayIndex.interval(start(prefix), objective.end(prefix)))
                .dup('f');
    }

    private INDArray featureRows(INDArray matrix, int prefix) {
        return matrix.get(NDArrayIndex.interval(start(prefix), objective.end(prefix)), NDArrayIndex.all());
    }

    @Override
    public Residual decode(Objective wanted) {
        objective = wanted;
        int count = objective.count();
        while (output.length < count) {
            output = Arrays.copyOf(output, output.length + 1);
            output[output.length - 1] = zeros(shape.batch(), shape.width());
        }
        double nested = 0;
        try (MemoryWorkspace scratch = scratch()) {
            INDArray z = scattered(pairs.activations(), 0, pairs.main());
            residual.assign(x.subRowVector(value(Parameter.DECODER_BIAS)));
            for (int g = 0; g < count; g++) {
                residual.subi(columns(z, g).mmul(featureRows(value(Parameter.DECODER), g)));
                nested += squares(residual);
                output[g].assign(residual.mul(objective.outputCoefficient(shape)));
            }
            for (int g = count - 2; g >= 0; g--) {
                output[g].addi(output[g + 1]);
            }
            for (int g = 0; g < count; g++) {
                deltas(output[g], start(g), objective.end(g), 0, pairs.main(), objective.activationPenalty());
            }
            double squares = squares(residual);
            return new Residual(squares, aroundMean(residual), count == 1 ? squares : nested / count);
        }
    }

    /** dL/dz of the pairs [first, last) of features [from, to): the products of output gradients and decoder rows. */
    private void deltas(INDArray outputs, int from, int to, int first, int last, float penalty) {
        INDArray rows = value(Parameter.DECODER).get(NDArrayIndex.interval(from, to), NDArrayIndex.all());
        float[] products = Nd4j.gemm(outputs, rows, false, true).dup('c').data().asFloat();
        for (int i = first; i < last; i++) {
            int feature = pairs.features()[i];
            if (feature >= from && feature < to) {
                int row = pairs.rows()[i] % shape.batch();
                pairs.deltas()[i] = products[row * (to - from) + feature - from] + penalty;
            }
        }
    }

    @Override
    public double decodeAuxiliary(double weight) {
        try (MemoryWorkspace scratch = scratch()) {
            INDArray z = scattered(pairs.activations(), pairs.main(), pairs.count());
            INDArray left = residual.sub(z.mmul(value(Parameter.DECODER)));
            auxiliary.assign(left.mul((float) (-2 * weight)));
            deltas(auxiliary, 0, shape.features(), pairs.main(), pairs.count(), 0);
            return squares(left);
        }
    }

    @Override
    public int[] groupByFeature() {
        int[] active = new int[shape.features()];
        for (int i = 0; i < pairs.main(); i++) {
            active[pairs.features()[i]] += pairs.activations()[i] > 0 ? 1 : 0;
        }
        return active;
    }

    @Override
    public double gradients() {
        float[] toThreshold = thresholdGradients();
        float[] deltas = Arrays.copyOf(pairs.deltas(), pairs.count());
        for (int i = 0; i < deltas.length && objective.bandwidth() > 0; i++) {
            deltas[i] = pairs.activations()[i] > 0 ? deltas[i] : 0;
        }
        try (MemoryWorkspace scratch = scratch()) {
            tensor(Parameter.THRESHOLD, Quantity.GRADIENT).data().setData(toThreshold);
            INDArray z = scattered(pairs.activations(), 0, pairs.main());
            INDArray decoder = tensor(Parameter.DECODER, Quantity.GRADIENT);
            for (int g = 0; g < objective.count(); g++) {
                featureRows(decoder, g).assign(Nd4j.gemm(columns(z, g), output[g], true, false));
            }
            INDArray delta = scattered(deltas, 0, pairs.main());
            if (pairs.count() > pairs.main()) {
                INDArray dead = scattered(pairs.activations(), pairs.main(), pairs.count());
                decoder.addi(Nd4j.gemm(dead, auxiliary, true, false));
                delta.addi(scattered(deltas, pairs.main(), pairs.count()));
            }
            INDArray along = decoder.mul(value(Parameter.DECODER)).sum(true, 1);
            decoder.subi(value(Parameter.DECODER).mulColumnVector(along));
            tensor(Parameter.ENCODER, Quantity.GRADIENT).assign(Nd4j.gemm(delta, centred, true, false));
            INDArray encoderBias = delta.castTo(DataType.DOUBLE).sum(true, 0);
            tensor(Parameter.ENCODER_BIAS, Quantity.GRADIENT).assign(encoderBias.castTo(DataType.FLOAT));
            INDArray decoderBias = output[0].castTo(DataType.DOUBLE).sum(true, 0);
            decoderBias.subi(encoderBias.mmul(value(Parameter.ENCODER).castTo(DataType.DOUBLE)));
            tensor(Parameter.DECODER_BIAS, Quantity.GRADIENT).assign(decoderBias.castTo(DataType.FLOAT));
            double sum = 0;
            for (Parameter parameter : Parameter.values()) {
                sum += squares(tensor(parameter, Quantity.GRADIENT));
            }
            return sum;
        }
    }

    /** The straight-through estimator of Rajamanoharan et al. (2024, equations 11 and 12), by feature. */
    private float[] thresholdGradients() {
        double[] sums = new double[shape.features()];
        float bandwidth = objective.bandwidth();
        if (bandwidth == 0) {
            return new float[sums.length];
        }
        float[] thresholds = thresholds();
        for (int i = 0; i < pairs.main(); i++) {
            float theta = thresholds[pairs.features()[i]];
            if (pairs.activations()[i] < theta + bandwidth / 2) {
                sums[pairs.features()[i]] += (double) theta * pairs.deltas()[i] + objective.thresholdPenalty();
            }
        }
        float[] gradients = new float[sums.length];
        for (int f = 0; f < gradients.length; f++) {
            gradients[f] = (float) (-thresholds[f] * sums[f] / bandwidth);
        }
        return gradients;
    }

    @Override
    public void update(AdamStep step) {
        try (MemoryWorkspace scratch = scratch()) {
            for (Parameter parameter : Parameter.values()) {
                INDArray gradient = tensor(parameter, Quantity.GRADIENT).mul(step.gradientScale());
                INDArray m = tensor(parameter, Quantity.FIRST_MOMENT);
                INDArray v = tensor(parameter, Quantity.SECOND_MOMENT);
                m.muli(step.beta1()).addi(gradient.mul(1 - step.beta1()));
                v.muli(step.beta2()).addi(gradient.mul(gradient).muli(1 - step.beta2()));
                INDArray root = org.nd4j.linalg.ops.transforms.Transforms.sqrt(v.mul(step.correction2()))
                        .addi(step.epsilon());
                value(parameter)
                        .subi(m.mul(step.learningRate() * step.correction1()).divi(root));
            }
            INDArray decoder = value(Parameter.DECODER);
            INDArray norms = decoder.norm2(true, 1);
            for (int f = 0; f < shape.features(); f++) {
                if (norms.getFloat(f) == 0) {
                    norms.putScalar(f, 1f);
                }
            }
            decoder.diviColumnVector(norms);
        }
    }

    @Override
    public Pairs pairs() {
        return pairs;
    }

    @Override
    public void close() {
        pairs.clear();
        Nd4j.getWorkspaceManager().destroyWorkspace(scratchOrNull());
    }

    private @Nullable MemoryWorkspace scratchOrNull() {
        return Nd4j.getWorkspaceManager().checkIfWorkspaceExists(workspace)
                ? Nd4j.getWorkspaceManager().getWorkspaceForCurrentThread(workspace)
                : null;
    }
}

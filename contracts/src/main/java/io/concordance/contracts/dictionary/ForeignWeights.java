package io.concordance.contracts.dictionary;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.tensor.DType;
import io.concordance.contracts.tensor.SafetensorsFile;
import io.concordance.contracts.tensor.TensorInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The tensors of a dictionary that was trained elsewhere: all there, none else, of the sizes that the configuration says
 * and finite.
 *
 * @param encoder {@code [F, d]}
 * @param threshold {@code [F]}; zeros unless the architecture has one
 * @param unitTolerance how far from 1 the norm of a decoder row may be that was stored in this precision as a unit row
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, and folded in place
record ForeignWeights(
        float[] encoder,
        float[] encoderBias,
        float[] decoder,
        float[] decoderBias,
        float[] threshold,
        double unitTolerance) {
    private static final double SINGLE = 1e-3;
    private static final double HALF = 1e-2;
    private static final int MOST = Integer.MAX_VALUE - 64;

    /** @throws FieldProblem naming the tensor at fault */
    static ForeignWeights read(ForeignConfig config, Path file) {
        boolean sparsify = config.layout().equals(ImportedFrom.SPARSIFY);
        long d = config.width();
        long f = config.features();
        String encoder = sparsify ? "encoder.weight" : "W_enc";
        String bias = sparsify ? "encoder.bias" : "b_enc";
        boolean thresholds = config.architecture().equals("jumprelu");
        List<String> names = new ArrayList<>(List.of(encoder, bias, "W_dec", "b_dec"));
        if (thresholds) {
            names.add("threshold");
        }
        if (d * f > MOST) {
            throw new FieldProblem("W_dec", f + " x " + d, "at most " + MOST + " weights");
        }
        try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
            Set<String> others = new TreeSet<>(tensors.tensors().keySet());
            names.forEach(others::remove);
            if (!others.isEmpty()) {
                throw new FieldProblem(others.iterator().next(), "a tensor", "no tensors but " + names);
            }
            float[] rows = sparsify ? values(tensors, encoder, f, d) : values(tensors, encoder, d, f);
            boolean half = tensors.info("W_dec").dtype() != DType.F32;
            return new ForeignWeights(
                    sparsify ? rows : DictionaryFiles.transpose(rows, config.width()),
                    values(tensors, bias, f),
                    values(tensors, "W_dec", f, d),
                    values(tensors, "b_dec", d),
                    thresholds ? values(tensors, "threshold", f) : new float[config.features()],
                    half ? HALF : SINGLE);
        }
    }

    private static float[] values(SafetensorsFile tensors, String name, Long... shape) {
        TensorInfo info = tensors.info(name);
        if (!info.shape().equals(List.of(shape))) {
            throw new FieldProblem(name + ".shape", info.shape(), List.of(shape) + ", as the configuration says");
        }
        float[] values = tensors.floats(name);
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new FieldProblem(name + "[" + i + "]", values[i], "finite weights");
            }
        }
        return values;
    }
}

package io.concordance.trainer.nd4j;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryInfo;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.shard.Shard;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Copies between this platform's values and arrays of ND4J, under the names and in the shapes of SAELens: {@code W_enc}
 * {@code [d, F]}, {@code b_enc} {@code [F]}, {@code W_dec} {@code [F, d]}, {@code b_dec} {@code [d]}, {@code threshold}
 * {@code [F]}. The arrays are what {@code Nd4j.createFromNpyFile} makes of an exported {@code .npy} file.
 */
public final class Nd4jTensors {
    private Nd4jTensors() {}

    /** The tensors of a dictionary by name. */
    public static Map<String, INDArray> arrays(Dictionary dictionary) {
        long d = dictionary.width();
        long f = dictionary.features();
        Map<String, INDArray> arrays = new LinkedHashMap<>();
        arrays.put(
                "W_enc",
                Nd4j.create(dictionary.encoder(), new long[] {f, d}, 'c')
                        .transpose()
                        .dup('c'));
        arrays.put("b_enc", Nd4j.createFromArray(dictionary.encoderBias()));
        arrays.put("W_dec", Nd4j.create(dictionary.decoder(), new long[] {f, d}, 'c'));
        arrays.put("b_dec", Nd4j.createFromArray(dictionary.decoderBias()));
        arrays.put("threshold", Nd4j.createFromArray(dictionary.threshold()));
        return arrays;
    }

    /**
     * A dictionary from arrays in any memory order.
     *
     * @throws FieldProblem naming the array that is missing or has another shape
     */
    public static Dictionary dictionary(Map<String, INDArray> arrays, DictionaryInfo info) {
        INDArray decoder = array(arrays, "W_dec");
        if (decoder.rank() != 2) {
            throw new FieldProblem("W_dec.shape", Arrays.toString(decoder.shape()), "[F, d]");
        }
        long f = decoder.size(0);
        long d = decoder.size(1);
        return new Dictionary(
                Math.toIntExact(d),
                Math.toIntExact(f),
                values(transposed(arrays, d, f), "W_enc", f, d),
                values(array(arrays, "b_enc"), "b_enc", f),
                values(decoder, "W_dec", f, d),
                values(array(arrays, "b_dec"), "b_dec", d),
                values(array(arrays, "threshold"), "threshold", f),
                info);
    }

    private static INDArray transposed(Map<String, INDArray> arrays, long d, long f) {
        INDArray encoder = array(arrays, "W_enc");
        if (!Arrays.equals(encoder.shape(), new long[] {d, f})) {
            throw new FieldProblem("W_enc.shape", Arrays.toString(encoder.shape()), "[" + d + ", " + f + "]");
        }
        return encoder.transpose();
    }

    private static INDArray array(Map<String, INDArray> arrays, String name) {
        INDArray array = arrays.get(name);
        if (array == null) {
            throw new FieldProblem(name, null, "an array of this name; there are " + arrays.keySet());
        }
        return array;
    }

    private static float[] values(INDArray array, String name, long... shape) {
        if (!Arrays.equals(array.shape(), shape)) {
            throw new FieldProblem(name + ".shape", Arrays.toString(array.shape()), Arrays.toString(shape));
        }
        return array.dup('c').data().asFloat();
    }

    /** Activations of a shard, {@code [rows, width]} in fp32. */
    public static INDArray activations(Shard shard) {
        float[] rows = new float[Math.multiplyExact(shard.rows(), shard.width())];
        shard.activations(0, shard.rows(), rows, 0);
        return Nd4j.create(rows, new long[] {shard.rows(), shard.width()}, 'c');
    }
}

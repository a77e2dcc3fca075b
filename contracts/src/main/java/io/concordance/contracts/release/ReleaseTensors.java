package io.concordance.contracts.release;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.tensor.SafetensorsFile;
import io.concordance.contracts.tensor.SafetensorsWriter;
import java.util.List;

/**
 * The numbers of a release: just enough of the dictionary to read its features, and golden vectors to prove that they are
 * read right. Arrays are held by reference and must not be changed.
 *
 * @param features n
 * @param width d
 * @param encoder {@code [n, d]} row-major
 * @param encoderBias {@code [n]}
 * @param decoderBias {@code [d]}
 * @param threshold {@code [n]}, what a pre-activation must exceed to count
 * @param golden vectors to replay before use
 */
@SuppressWarnings("ArrayRecordComponent") // a large immutable value; equality is by digest of its bytes
public record ReleaseTensors(
        int features,
        int width,
        float[] encoder,
        float[] encoderBias,
        float[] decoderBias,
        float[] threshold,
        Golden golden) {
    private static final String FORMAT = "concordance-release-tensors/1";

    public ReleaseTensors {
        finite("encoder", encoder, (long) features * width);
        finite("encoder_bias", encoderBias, features);
        finite("decoder_bias", decoderBias, width);
        finite("threshold", threshold, features);
        finite("golden.input", golden.inputs(), (long) golden.count() * width);
        finite("golden.expected", golden.expected(), (long) golden.count() * features);
        for (float t : threshold) {
            if (t < 0) {
                throw new FieldProblem("threshold", t, "at least 0");
            }
        }
    }

    /** Tensors with golden vectors made from the seed. */
    public static ReleaseTensors of(
            float[] encoder, float[] encoderBias, float[] decoderBias, float[] threshold, long seed) {
        Golden golden = Golden.generate(encoder, encoderBias, decoderBias, threshold, seed);
        return new ReleaseTensors(
                encoderBias.length, decoderBias.length, encoder, encoderBias, decoderBias, threshold, golden);
    }

    public FeatureReader reader() {
        return new FeatureReader(encoder, encoderBias, decoderBias);
    }

    /** Replays the golden vectors through {@link #reader()}. */
    public void replayGolden() {
        golden.replay(reader(), features);
    }

    /** The bytes of {@code tensors.safetensors}. */
    public byte[] toBytes() {
        long n = features;
        long d = width;
        long g = golden.count();
        return new SafetensorsWriter()
                .metadata("format", FORMAT)
                .floats("encoder", new long[] {n, d}, encoder)
                .floats("encoder_bias", new long[] {n}, encoderBias)
                .floats("decoder_bias", new long[] {d}, decoderBias)
                .floats("threshold", new long[] {n}, threshold)
                .floats("golden.input", new long[] {g, d}, golden.inputs())
                .floats("golden.expected", new long[] {g, n}, golden.expected())
                .toBytes();
    }

    /**
     * Reads what {@link #toBytes} wrote.
     *
     * @throws Refusal {@code FORMAT} when a tensor is missing, of another shape or not finite
     */
    public static ReleaseTensors read(byte[] bytes) {
        try (SafetensorsFile file = SafetensorsFile.of(bytes)) {
            if (!FORMAT.equals(file.metadata("format"))) {
                throw new FieldProblem("format", file.metadata("format"), FORMAT);
            }
            int n = extent(file, "encoder", 0);
            int d = extent(file, "encoder", 1);
            int g = extent(file, "golden.input", 0);
            shape(file, "encoder_bias", n);
            shape(file, "decoder_bias", d);
            shape(file, "threshold", n);
            shape(file, "golden.input", g, d);
            shape(file, "golden.expected", g, n);
            return new ReleaseTensors(
                    n,
                    d,
                    file.floats("encoder"),
                    file.floats("encoder_bias"),
                    file.floats("decoder_bias"),
                    file.floats("threshold"),
                    new Golden(g, file.floats("golden.input"), file.floats("golden.expected")));
        } catch (FieldProblem e) {
            throw new Refusal(Refusal.Reason.FORMAT, "tensors: " + e.getMessage());
        }
    }

    private static int extent(SafetensorsFile file, String name, int dimension) {
        List<Long> shape = file.info(name).shape();
        if (shape.size() != 2 || shape.get(dimension) < 1 || shape.get(dimension) > Integer.MAX_VALUE) {
            throw new FieldProblem(name + ".shape", shape, "two extents of at least 1");
        }
        return shape.get(dimension).intValue();
    }

    private static void shape(SafetensorsFile file, String name, int... expected) {
        List<Long> wanted =
                java.util.Arrays.stream(expected).mapToObj(Long::valueOf).toList();
        if (!file.info(name).shape().equals(wanted)) {
            throw new FieldProblem(name + ".shape", file.info(name).shape(), wanted.toString());
        }
    }

    private static void finite(String field, float[] values, long count) {
        if (values.length != count) {
            throw new FieldProblem(field, values.length + " values", count + " values");
        }
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new FieldProblem(field, value, "finite values");
            }
        }
    }
}

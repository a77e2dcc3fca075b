package io.concordance.contracts.search;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.tensor.SafetensorsFile;
import io.concordance.contracts.tensor.SafetensorsWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Directions of one search at one radius, a safetensors file: {@code direction} F32 {@code [n, d]}, each of length 1 and
 * orthogonal to those before it; {@code gain} F32 {@code [n]}, the change that each brings about; {@code control} F32
 * {@code [n, d]}, as many directions that were drawn and not searched. Metadata says how they were found. The bytes are a
 * function of the values.
 */
public final class DirectionsFile {
    public static final String FORMAT = "concordance-directions/1";

    private DirectionsFile() {}

    /**
     * How directions were found.
     *
     * @param modelDigest of the model's graph
     * @param source hook where they are added; {@code target} where their change is measured, a hook or {@code logits}
     * @param effect the measure, {@code change} or {@code divergence}
     * @param radius length in units of {@code norm}, the mean length of the stream at the source
     * @param steps of each ascent
     */
    public record Header(
            String job,
            String model,
            String modelDigest,
            int slice,
            String source,
            String target,
            String effect,
            double radius,
            double norm,
            int prompts,
            int steps,
            long seed) {}

    /** Each list has one entry for each direction. */
    public record Directions(Header header, List<float[]> directions, List<Float> gains, List<float[]> controls) {
        public Directions {
            directions = List.copyOf(directions);
            gains = List.copyOf(gains);
            controls = List.copyOf(controls);
        }
    }

    /** Where the file of a slice lies in the object store. */
    public static String key(String job, int slice) {
        return String.format(Locale.ROOT, "searches/%s/%06d.safetensors", job, slice);
    }

    public static byte[] write(Directions found) {
        Header header = found.header;
        int n = found.directions.size();
        int width = found.directions.getFirst().length;
        float[] gain = new float[n];
        for (int i = 0; i < n; i++) {
            gain[i] = found.gains.get(i);
        }
        return new SafetensorsWriter()
                .metadata("format", FORMAT)
                .metadata("job", header.job)
                .metadata("model", header.model)
                .metadata("modelDigest", header.modelDigest)
                .metadata("slice", Integer.toString(header.slice))
                .metadata("source", header.source)
                .metadata("target", header.target)
                .metadata("effect", header.effect)
                .metadata("radius", Double.toString(header.radius))
                .metadata("norm", Double.toString(header.norm))
                .metadata("prompts", Integer.toString(header.prompts))
                .metadata("steps", Integer.toString(header.steps))
                .metadata("seed", Long.toString(header.seed))
                .floats("direction", new long[] {n, width}, joined(found.directions))
                .floats("gain", new long[] {n}, gain)
                .floats("control", new long[] {n, width}, joined(found.controls))
                .toBytes();
    }

    /** @throws FieldProblem when these are not such bytes */
    public static Directions read(byte[] bytes) {
        try (SafetensorsFile file = SafetensorsFile.of(bytes)) {
            if (!FORMAT.equals(file.metadata("format"))) {
                throw new FieldProblem("format", file.metadata("format"), FORMAT);
            }
            Header header = new Header(
                    file.metadata("job"),
                    file.metadata("model"),
                    file.metadata("modelDigest"),
                    Integer.parseInt(file.metadata("slice")),
                    file.metadata("source"),
                    file.metadata("target"),
                    file.metadata("effect"),
                    Double.parseDouble(file.metadata("radius")),
                    Double.parseDouble(file.metadata("norm")),
                    Integer.parseInt(file.metadata("prompts")),
                    Integer.parseInt(file.metadata("steps")),
                    Long.parseLong(file.metadata("seed")));
            List<Float> gains = new ArrayList<>();
            for (float gain : file.floats("gain")) {
                gains.add(gain);
            }
            return new Directions(header, rows(file, "direction"), gains, rows(file, "control"));
        } catch (NumberFormatException e) {
            throw new FieldProblem("metadata", e.getMessage(), "numbers");
        }
    }

    private static List<float[]> rows(SafetensorsFile file, String tensor) {
        List<Long> shape = file.info(tensor).shape();
        if (shape.size() != 2) {
            throw new FieldProblem(tensor, shape.size() + " dimensions", "2: directions and width");
        }
        float[] values = file.floats(tensor);
        int width = Math.toIntExact(shape.get(1));
        List<float[]> rows = new ArrayList<>();
        for (int i = 0; i < shape.get(0); i++) {
            float[] row = new float[width];
            System.arraycopy(values, i * width, row, 0, width);
            rows.add(row);
        }
        return rows;
    }

    private static float[] joined(List<float[]> rows) {
        int width = rows.getFirst().length;
        float[] all = new float[rows.size() * width];
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(rows.get(i), 0, all, i * width, width);
        }
        return all;
    }
}

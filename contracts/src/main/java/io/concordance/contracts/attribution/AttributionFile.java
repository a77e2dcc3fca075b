package io.concordance.contracts.attribution;

import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.tensor.SafetensorsFile;
import io.concordance.contracts.tensor.SafetensorsWriter;
import io.concordance.contracts.transcript.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Attributions of the transcripts of one slice, a safetensors file:
 *
 * <ul>
 *   <li>{@code metric} F32 {@code [n]}: m of the unmodified model; {@code outcome} U8 {@code [n]}.
 *   <li>{@code offset} I64 {@code [n + 1]}, {@code feature} I32, {@code activation}, {@code gradient}, {@code integrated}
 *       F32 {@code [entries]}, {@code error} F32 {@code [n]}: where gradients were asked for.
 *   <li>{@code effect} F32 {@code [n, groups]}: where ablations were asked for.
 * </ul>
 *
 * Metadata says what all of them have in common. The bytes are a function of the values.
 */
public final class AttributionFile {
    public static final String FORMAT = "concordance-attribution/1";

    private AttributionFile() {}

    /**
     * What all transcripts of a file have in common.
     *
     * @param dictionary digest
     * @param metric canonical JSON of what m is
     * @param steps of the integration path; 0 when gradients were not integrated
     * @param groups features ablated together, one list for each column of {@code effect}; null without ablations
     * @param gradients whether gradients were asked for
     */
    public record Header(
            String job,
            String model,
            String hook,
            String dictionary,
            int slice,
            String arm,
            String armKind,
            String metric,
            boolean gradients,
            int steps,
            @Nullable List<List<Integer>> groups) {}

    /**
     * One transcript. Arrays over features have one entry for each feature that fires on the prompt, ascending.
     *
     * @param metric m of the unmodified model
     * @param features indices
     * @param activation largest activation on the prompt
     * @param gradient activation x gradient: {@code Σ_t a_j (∂m/∂h · d_j)}
     * @param integrated the same with the gradient's mean over the path from a to 0, the reconstruction error kept; empty
     *     when not asked for
     * @param error share of the reconstruction error, {@code Σ_t ∂m/∂h · (h - x̂)}
     * @param effects {@code m(h) - m(h - Σ_j a_j d_j)} of each group; empty without ablations
     */
    @SuppressWarnings("ArrayRecordComponent") // rows of tensors, compared by their file's digest
    public record Row(
            String document,
            Outcome outcome,
            float metric,
            int[] features,
            float[] activation,
            float[] gradient,
            float[] integrated,
            float error,
            float[] effects) {}

    /** Where the file of a slice lies in the object store. */
    public static String key(String job, int slice) {
        return String.format(Locale.ROOT, "attributions/%s/%06d.safetensors", job, slice);
    }

    public static byte[] write(Header header, List<Row> rows) {
        int n = rows.size();
        float[] metric = new float[n];
        byte[] outcome = new byte[n];
        float[] error = new float[n];
        long[] offset = new long[n + 1];
        for (int i = 0; i < n; i++) {
            metric[i] = rows.get(i).metric;
            outcome[i] = rows.get(i).outcome.code();
            error[i] = rows.get(i).error;
            offset[i + 1] = offset[i] + rows.get(i).features.length;
        }
        SafetensorsWriter file = new SafetensorsWriter()
                .metadata("format", FORMAT)
                .metadata("job", header.job)
                .metadata("model", header.model)
                .metadata("hook", header.hook)
                .metadata("dictionary", header.dictionary)
                .metadata("slice", Integer.toString(header.slice))
                .metadata("arm", header.arm)
                .metadata("armKind", header.armKind)
                .metadata("metric", header.metric)
                .metadata("gradients", Boolean.toString(header.gradients))
                .metadata("steps", Integer.toString(header.steps))
                .metadata("documents", text(rows.stream().map(Row::document).toList()))
                .floats("metric", new long[] {n}, metric)
                .bytes("outcome", new long[] {n}, outcome);
        if (header.gradients) {
            long[] entries = {offset[n]};
            file.longs("offset", new long[] {n + 1}, offset)
                    .ints("feature", entries, joinedFeatures(rows))
                    .floats("activation", entries, joined(rows, Row::activation))
                    .floats("gradient", entries, joined(rows, Row::gradient))
                    .floats("error", new long[] {n}, error);
            if (header.steps > 0) {
                file.floats("integrated", entries, joined(rows, Row::integrated));
            }
        }
        if (header.groups != null) {
            file.metadata("groups", text(header.groups))
                    .floats("effect", new long[] {n, header.groups.size()}, joined(rows, Row::effects));
        }
        return file.toBytes();
    }

    private static String text(Object value) {
        return new String(Json.bytes(value), StandardCharsets.UTF_8);
    }

    private interface Values {
        float[] of(Row row);
    }

    private static float[] joined(List<Row> rows, Values values) {
        float[] all =
                new float[rows.stream().mapToInt(row -> values.of(row).length).sum()];
        int at = 0;
        for (Row row : rows) {
            float[] part = values.of(row);
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    private static int[] joinedFeatures(List<Row> rows) {
        return rows.stream().flatMapToInt(row -> Arrays.stream(row.features)).toArray();
    }

    /** A file's header and rows. */
    public record Attributions(Header header, List<Row> rows) {}

    /** @throws FieldProblem when the bytes are no such file */
    public static Attributions read(byte[] bytes) {
        try (SafetensorsFile file = SafetensorsFile.of(bytes)) {
            if (!file.metadata("format").equals(FORMAT)) {
                throw new FieldProblem("format", file.metadata("format"), FORMAT);
            }
            String groups = file.metadata().get("groups");
            Header header = new Header(
                    file.metadata("job"),
                    file.metadata("model"),
                    file.metadata("hook"),
                    file.metadata("dictionary"),
                    number(file, "slice"),
                    file.metadata("arm"),
                    file.metadata("armKind"),
                    file.metadata("metric"),
                    file.metadata("gradients").equals("true"),
                    number(file, "steps"),
                    groups == null ? null : groups(groups));
            return new Attributions(header, rows(file, header));
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new FieldProblem("attributions", null, FORMAT + " (" + e.getMessage() + ")");
        }
    }

    private static List<List<Integer>> groups(String json) {
        List<List<Integer>> groups = new ArrayList<>();
        for (Integer[] group : Json.read(json.getBytes(StandardCharsets.UTF_8), Integer[][].class)) {
            groups.add(List.of(group));
        }
        return groups;
    }

    private static int number(SafetensorsFile file, String key) {
        return Integer.parseInt(file.metadata(key));
    }

    private static List<Row> rows(SafetensorsFile file, Header header) {
        String[] documents = Json.read(file.metadata("documents").getBytes(StandardCharsets.UTF_8), String[].class);
        float[] metric = file.floats("metric");
        byte[] outcome = file.bytes("outcome");
        int n = documents.length;
        long[] offset = header.gradients ? file.longs("offset") : new long[n + 1];
        int[] feature = header.gradients ? file.ints("feature") : new int[0];
        float[] activation = header.gradients ? file.floats("activation") : new float[0];
        float[] gradient = header.gradients ? file.floats("gradient") : new float[0];
        float[] error = header.gradients ? file.floats("error") : new float[n];
        float[] integrated = header.steps > 0 ? file.floats("integrated") : new float[0];
        float[] effect = header.groups == null ? new float[0] : file.floats("effect");
        int columns = header.groups == null ? 0 : header.groups.size();
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            int from = Math.toIntExact(offset[i]);
            int to = Math.toIntExact(offset[i + 1]);
            rows.add(new Row(
                    documents[i],
                    Outcome.ofCode(outcome[i]),
                    metric[i],
                    Arrays.copyOfRange(feature, from, to),
                    Arrays.copyOfRange(activation, from, to),
                    Arrays.copyOfRange(gradient, from, to),
                    header.steps > 0 ? Arrays.copyOfRange(integrated, from, to) : new float[0],
                    error[i],
                    Arrays.copyOfRange(effect, i * columns, (i + 1) * columns)));
        }
        return rows;
    }
}

package io.concordance.contracts.dictionary;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.tensor.SafetensorsFile;
import io.concordance.contracts.tensor.SafetensorsWriter;
import io.concordance.contracts.tensor.TensorInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Dictionaries on disk in the layout that SAELens' {@code SAE.load_from_disk} reads: {@code cfg.json} and
 * {@code sae_weights.safetensors} with {@code W_enc [d, F]}, {@code b_enc [F]}, {@code W_dec [F, d]}, {@code b_dec [d]}
 * and, for JumpReLU, {@code threshold [F]}. A {@code standard} one has thresholds of 0. A {@code topk} dictionary has no threshold tensor in that layout; the
 * threshold of its per-feature form is kept in the config's metadata.
 *
 * <p>What a dictionary reads, where that is not activations as they are, stands in the config's {@code metadata.input}.
 * Offsets by position are a further tensor {@code position_offset [positions, d]}: SAELens, which would leave them out,
 * refuses to load one that it does not know.
 */
public final class DictionaryFiles {
    public static final String CONFIG = "cfg.json";
    public static final String WEIGHTS = "sae_weights.safetensors";

    /** F32 {@code [positions, d]} in {@link #WEIGHTS}: {@link PositionOffsets}. */
    static final String POSITION_OFFSET = "position_offset";

    private static final String SAE_LENS_VERSION = "6.52.0";
    private static final String IMPORTED_FROM = "imported_from";
    private static final String STEERING_REMOVED = "steering_removed";

    private DictionaryFiles() {}

    /**
     * Writes both files.
     *
     * @return the dictionary's digest
     */
    public static String write(Dictionary dictionary, Path folder) {
        try {
            Files.createDirectories(folder);
            Files.write(folder.resolve(CONFIG), Json.canonical(config(dictionary)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        long width = dictionary.width();
        long features = dictionary.features();
        SafetensorsWriter weights = new SafetensorsWriter()
                .floats("W_enc", new long[] {width, features}, transpose(dictionary.encoder(), dictionary.features()))
                .floats("b_enc", new long[] {features}, dictionary.encoderBias())
                .floats("W_dec", new long[] {features, width}, dictionary.decoder())
                .floats("b_dec", new long[] {width}, dictionary.decoderBias());
        if (form(dictionary.info()) == Form.JUMPRELU) {
            weights.floats("threshold", new long[] {features}, dictionary.threshold());
        }
        PositionOffsets offsets = dictionary.input().positions();
        if (offsets != null) {
            weights.floats(POSITION_OFFSET, new long[] {offsets.positions(), width}, offsets.values());
        }
        weights.write(folder.resolve(WEIGHTS));
        return digest(folder);
    }

    /** SHA-256 over the digests of the two files: the same dictionary has the same digest wherever it lies. */
    public static String digest(Path folder) {
        return Digests.sha256(Digests.sha256(folder.resolve(CONFIG)) + "\n" + Digests.sha256(folder.resolve(WEIGHTS)));
    }

    /**
     * Reads a dictionary that this class wrote.
     *
     * @throws FieldProblem when files do not fit each other or the layout
     */
    public static Dictionary read(Path folder) {
        JsonNode config;
        try {
            config = Json.mapper().readTree(folder.resolve(CONFIG).toFile());
        } catch (IOException e) {
            throw new FieldProblem(CONFIG, null, "a readable JSON file (" + e.getMessage() + ")");
        }
        JsonNode metadata = config.path("metadata");
        JsonNode details = metadata.path("training_architecture_details");
        DictionaryInfo info = new DictionaryInfo(
                config.path("architecture").asText(),
                metadata.path("training_architecture").asText(),
                details.path("k").asInt(),
                metadata.path("model_name").asText(),
                metadata.path("hook_name").asText(),
                details.path("seed").asLong(),
                details.path("tokens").asLong(),
                metadata.path("l0").asDouble(),
                details.path("fvu").asDouble(),
                continued(details),
                imported(details.path(IMPORTED_FROM)),
                steering(details.path(STEERING_REMOVED)));
        int width = config.path("d_in").asInt();
        int features = config.path("d_sae").asInt();
        try (SafetensorsFile weights = SafetensorsFile.open(folder.resolve(WEIGHTS))) {
            float[] threshold;
            if (form(info) == Form.JUMPRELU) {
                threshold = weights.floats("threshold");
            } else {
                threshold = new float[features];
                Arrays.fill(threshold, (float) details.path("threshold").asDouble());
            }
            return new Dictionary(
                    width,
                    features,
                    transpose(weights.floats("W_enc"), width),
                    weights.floats("b_enc"),
                    weights.floats("W_dec"),
                    weights.floats("b_dec"),
                    threshold,
                    info,
                    input(metadata.path("input"), weights));
        }
    }

    private static DictionaryInput input(JsonNode node, SafetensorsFile weights) {
        JsonNode minus = node.path("minus");
        PositionOffsets offsets = null;
        if (weights.tensors().containsKey(POSITION_OFFSET)) {
            TensorInfo info = weights.info(POSITION_OFFSET);
            if (info.shape().size() != 2) {
                throw new FieldProblem(POSITION_OFFSET, info.shape(), "[positions, d]");
            }
            offsets = new PositionOffsets(
                    Math.toIntExact(info.shape().get(0)),
                    Math.toIntExact(info.shape().get(1)),
                    weights.floats(POSITION_OFFSET));
        }
        if (node.path("positions").asBoolean() != (offsets != null)) {
            throw new FieldProblem("metadata.input.positions", node.path("positions"), "what " + WEIGHTS + " holds");
        }
        return new DictionaryInput(
                minus.isMissingNode()
                        ? null
                        : new DictionaryInput.Minus(
                                minus.path("model_name").asText(),
                                minus.path("hook_name").asText()),
                offsets);
    }

    private static DictionaryInfo.@Nullable Continued continued(JsonNode details) {
        return details.has("continued_from")
                ? new DictionaryInfo.Continued(
                        details.path("continued_from").asText(),
                        details.path("generation").asInt())
                : null;
    }

    private static @Nullable ImportedFrom imported(JsonNode node) {
        return node.isMissingNode() ? null : Json.mapper().convertValue(node, ImportedFrom.class);
    }

    private static List<SteeringRemoved> steering(JsonNode node) {
        List<SteeringRemoved> removed = new ArrayList<>();
        node.forEach(one -> removed.add(Json.mapper().convertValue(one, SteeringRemoved.class)));
        return removed;
    }

    private enum Form {
        STANDARD,
        TOPK,
        JUMPRELU
    }

    private static Form form(DictionaryInfo info) {
        return switch (info.architecture()) {
            case "standard" -> Form.STANDARD;
            case "topk" -> Form.TOPK;
            case "jumprelu" -> Form.JUMPRELU;
            default -> throw new FieldProblem("architecture", info.architecture(), "jumprelu, topk or standard");
        };
    }

    private static ObjectNode config(Dictionary dictionary) {
        DictionaryInfo info = dictionary.info();
        ObjectNode config = Json.mapper().createObjectNode();
        config.put("architecture", info.architecture());
        config.put("d_in", dictionary.width());
        config.put("d_sae", dictionary.features());
        config.put("dtype", "float32");
        config.put("device", "cpu");
        config.put("apply_b_dec_to_input", true);
        config.put("normalize_activations", "none");
        config.put("reshape_activations", "none");
        if (form(info) == Form.TOPK) {
            config.put("k", info.k());
            config.put("rescale_acts_by_decoder_norm", false);
        }
        ObjectNode metadata = config.putObject("metadata");
        metadata.put("sae_lens_version", SAE_LENS_VERSION);
        metadata.putNull("sae_lens_training_version");
        metadata.put("model_name", info.model());
        metadata.put("hook_name", info.hook());
        metadata.putNull("hook_head_index");
        metadata.put("prepend_bos", false);
        metadata.putArray("seqpos_slice").addNull();
        metadata.putObject("model_from_pretrained_kwargs");
        metadata.put("exclude_special_tokens", false);
        metadata.put("training_architecture", info.trainingArchitecture());
        ObjectNode details = metadata.putObject("training_architecture_details");
        details.put("k", info.k());
        details.put("seed", info.seed());
        details.put("tokens", info.tokens());
        details.put("fvu", info.fvu());
        if (info.continued() != null) {
            details.put("continued_from", info.continued().from());
            details.put("generation", info.continued().generation());
        }
        if (info.importedFrom() != null) {
            details.set(IMPORTED_FROM, Json.mapper().valueToTree(info.importedFrom()));
        }
        if (!info.steering().isEmpty()) {
            details.set(STEERING_REMOVED, Json.mapper().valueToTree(info.steering()));
        }
        if (form(info) == Form.TOPK) {
            details.put("threshold", dictionary.threshold()[0]);
        }
        metadata.put("l0", info.l0());
        if (!dictionary.input().isPlain()) {
            input(metadata.putObject("input"), dictionary.input());
        }
        return config;
    }

    private static void input(ObjectNode node, DictionaryInput input) {
        DictionaryInput.Minus minus = input.minus();
        if (minus != null) {
            node.putObject("minus").put("model_name", minus.model()).put("hook_name", minus.hook());
        }
        node.put("positions", input.positions() != null);
    }

    /** Transposes {@code [n / rows * rows]} values from {@code [rows, n / rows]} to {@code [n / rows, rows]}. */
    static float[] transpose(float[] source, int rows) {
        int columns = source.length / rows;
        float[] target = new float[source.length];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                target[c * rows + r] = source[r * columns + c];
            }
        }
        return target;
    }
}

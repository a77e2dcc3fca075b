package io.concordance.contracts.dictionary;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.concordance.contracts.problem.FieldProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a dictionary that was trained elsewhere, read without trust.
 *
 * @param architecture as the file calls it
 * @param training what it was trained as, in this platform's words
 * @param k active features a row of a TopK dictionary; 0 where there is none, or none is known
 * @param byNorm whether pre-activations compete multiplied by the norms of their decoder rows
 * @param subtractsBias whether the decoder bias is subtracted before encoding
 * @param threshold border that this platform's own TopK export states
 * @param model as the file calls it
 * @param tokens rows it was trained on, as this platform's own export states; else 0
 */
record ForeignConfig(
        String layout,
        String architecture,
        String training,
        int width,
        int features,
        int k,
        boolean byNorm,
        boolean subtractsBias,
        @Nullable Float threshold,
        @Nullable String model,
        @Nullable String hook,
        long seed,
        long tokens) {
    static final int MAX_WIDTH = 1 << 16;
    static final int MAX_FEATURES = 1 << 20;

    private static final long MAX_BYTES = 1 << 20;
    private static final int MAX_NESTING = 32;
    private static final List<String> TRAINED = List.of("standard", "topk", "batchtopk", "jumprelu", "matryoshka");
    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_NESTING)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** @throws FieldProblem naming the entry at fault */
    static ForeignConfig read(Path file) {
        JsonNode config;
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new FieldProblem("", Files.size(file) + " bytes", "at most " + MAX_BYTES + " bytes");
            }
            config = MAPPER.readTree(file.toFile());
        } catch (IOException e) {
            throw new FieldProblem("", null, "strict JSON (" + e.getMessage() + ")");
        }
        if (!config.isObject()) {
            throw new FieldProblem("", null, "a JSON object");
        }
        return config.has("d_sae") || config.has("architecture") ? saeLens(config) : sparsify(config);
    }

    private static ForeignConfig saeLens(JsonNode config) {
        JsonNode metadata = config.path("metadata");
        JsonNode details = metadata.path("training_architecture_details");
        String architecture = text(config, "architecture", "standard");
        // Files from before SAELens 6 call a TopK dictionary standard with another activation function.
        String function = text(config, config.has("activation_fn") ? "activation_fn" : "activation_fn_str", "relu");
        if (architecture.equals("standard") && function.equals("topk")) {
            architecture = "topk";
        } else if (!function.equals("relu") && !function.equals("topk")) {
            throw new FieldProblem("activation_fn", function, "relu or topk");
        }
        oneOf("architecture", architecture, List.of("standard", "topk", "jumprelu"));
        JsonNode normalisation = config.path("normalize_activations");
        if (!normalisation.isMissingNode() && !normalisation.isNull() && !normalisation.isBoolean()) {
            oneOf("normalize_activations", normalisation.asText(), List.of("none"));
        } else if (normalisation.asBoolean()) {
            throw new FieldProblem(
                    "normalize_activations", normalisation, "none: fold the scale into the weights first");
        }
        if (metadata.has("input")) {
            throw new FieldProblem("metadata.input", metadata.path("input"), "a dictionary of activations as they are");
        }
        if (flag(config, "finetuning_scaling_factor", false)) {
            throw new FieldProblem("finetuning_scaling_factor", true, "false");
        }
        oneOf("reshape_activations", text(config, "reshape_activations", "none"), List.of("none", "hook_z"));
        if (metadata.has("input")) {
            throw new FieldProblem("metadata.input", metadata.path("input"), "no such entry: activations as they are");
        }
        int features = integer(config, "d_sae", MAX_FEATURES);
        boolean topk = architecture.equals("topk");
        JsonNode sized = config.has("k") ? config : config.path("activation_fn_kwargs");
        String trained = text(metadata, "training_architecture", architecture);
        trained = trained.startsWith("matryoshka") ? "matryoshka" : trained;
        return new ForeignConfig(
                ImportedFrom.SAE_LENS,
                architecture,
                TRAINED.contains(trained) ? trained : architecture,
                integer(config, "d_in", MAX_WIDTH),
                features,
                topk ? integer(sized, "k", features) : details.path("k").asInt(0),
                topk && flag(config, "rescale_acts_by_decoder_norm", false),
                flag(config, "apply_b_dec_to_input", true),
                topk ? threshold(details) : null,
                optional(metadata.has("model_name") ? metadata : config, "model_name"),
                optional(metadata.has("hook_name") ? metadata : config, "hook_name"),
                details.path("seed").asLong(),
                Math.max(0, details.path("tokens").asLong()));
    }

    private static ForeignConfig sparsify(JsonNode config) {
        if (!config.has("d_in")) {
            throw new FieldProblem("d_sae", null, "the configuration of a SAELens or sparsify dictionary");
        }
        String activation = text(config, "activation", "topk");
        oneOf("activation", activation, List.of("topk"));
        for (String other : List.of("transcode", "skip_connection", "signed")) {
            if (flag(config, other, false)) {
                throw new FieldProblem(other, true, "false: a dictionary of one hook point with activations above 0");
            }
        }
        int width = integer(config, "d_in", MAX_WIDTH);
        int stated = config.path("num_latents").asInt(0);
        int features = stated != 0
                ? integer(config, "num_latents", MAX_FEATURES)
                : Math.multiplyExact(width, integer(config, "expansion_factor", MAX_FEATURES / width));
        JsonNode own = config.path(SparsifyFiles.OWN);
        return new ForeignConfig(
                ImportedFrom.SPARSIFY,
                activation,
                "topk",
                width,
                features,
                integer(config, "k", features),
                false,
                true,
                threshold(own),
                optional(own, "model"),
                optional(own, "hook"),
                own.path("seed").asLong(),
                Math.max(0, own.path("tokens").asLong()));
    }

    private static @Nullable Float threshold(JsonNode details) {
        JsonNode value = details.path("threshold");
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        float threshold = (float) value.asDouble(-1);
        if (!value.isNumber() || !(threshold >= 0) || !Float.isFinite(threshold)) {
            throw new FieldProblem("threshold", value, "a number of at least 0");
        }
        return threshold;
    }

    private static void oneOf(String field, String given, List<String> allowed) {
        if (!allowed.contains(given)) {
            throw new FieldProblem(field, given, String.join(" or ", allowed));
        }
    }

    private static String text(JsonNode config, String field, String absent) {
        String text = optional(config, field);
        return text == null ? absent : text;
    }

    private static @Nullable String optional(JsonNode config, String field) {
        JsonNode value = config.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isTextual()) {
            throw new FieldProblem(field, value, "a string");
        }
        return value.textValue();
    }

    private static boolean flag(JsonNode config, String field, boolean absent) {
        JsonNode value = config.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return absent;
        }
        if (!value.isBoolean()) {
            throw new FieldProblem(field, value, "true or false");
        }
        return value.booleanValue();
    }

    private static int integer(JsonNode config, String field, int most) {
        JsonNode value = config.path(field);
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 1 || value.intValue() > most) {
            throw new FieldProblem(field, value.isMissingNode() ? null : value, "1 to " + most);
        }
        return value.intValue();
    }
}

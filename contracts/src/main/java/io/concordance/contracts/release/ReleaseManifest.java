package io.concordance.contracts.release;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything a release says, except numbers by the thousand. It names no channel: the same release may be pointed to by
 * several.
 *
 * @param version rises with every release; a monitor never goes back to a lower one
 * @param supersedes digest of the release it follows, null for the first
 * @param hook canonical hook point whose activations the features read
 * @param width values an activation has, d
 * @param dtype of the activations the dictionary was learnt from, {@code fp16} or {@code fp32}
 * @param dictionary digest of the dictionary the features come from
 * @param tensors digest of {@code tensors.safetensors}
 * @param usedInTraining always false: features of concern are never a training signal
 */
public record ReleaseManifest(
        String format,
        long version,
        @Nullable String supersedes,
        Model model,
        String hook,
        int width,
        String dtype,
        String dictionary,
        List<ReleasedFeature> features,
        List<Rule> rules,
        String tensors,
        Instant createdAt,
        Instant expiresAt,
        boolean usedInTraining) {
    public static final String FORMAT = "concordance-release/1";
    public static final String PAYLOAD_TYPE = "application/vnd.concordance.release+json";

    /**
     * The model that the features belong to, by its bytes.
     *
     * @param dataDigest of the files that hold its weights; null where the ONNX file does
     * @param tokenizerConfigDigest of the tokenizer's configuration, which has the chat template; null where there is none
     */
    public record Model(
            String id,
            String name,
            String onnxDigest,
            String tokenizerDigest,
            @Nullable String dataDigest,
            @Nullable String tokenizerConfigDigest) {

        /** A model in one file, without a chat template. */
        public Model(String id, String name, String onnxDigest, String tokenizerDigest) {
            this(id, name, onnxDigest, tokenizerDigest, null, null);
        }
    }

    public ReleaseManifest {
        features = List.copyOf(features);
        rules = List.copyOf(rules);
        require(FORMAT.equals(format), "format", format, FORMAT);
        require(version >= 1, "version", version, "at least 1");
        require(width >= 1, "width", width, "at least 1");
        require(Digests.isDigest(dictionary), "dictionary", dictionary, "a digest");
        require(Digests.isDigest(tensors), "tensors", tensors, "a digest");
        require(!usedInTraining, "usedInTraining", usedInTraining, "false");
        require(createdAt.isBefore(expiresAt), "expiresAt", expiresAt, "a time after createdAt");
        require(!features.isEmpty(), "features", "none", "at least one feature");
        require(!rules.isEmpty(), "rules", "none", "at least one rule");
        Set<String> uids = new HashSet<>();
        features.forEach(f -> require(uids.add(f.uid()), "features", f.uid(), "each feature once"));
        Set<String> ids = new HashSet<>();
        rules.forEach(rule -> {
            require(ids.add(rule.id()), "rules", rule.id(), "each rule id once");
            require(uids.containsAll(rule.features()), "rules", rule.features(), "features of the release");
            require(
                    new HashSet<>(rule.features()).size() == rule.features().size(),
                    "rules",
                    rule.features(),
                    "each feature once");
        });
        features.forEach(f -> require(ids.contains(f.rule()), "features.rule", f.rule(), "the id of a rule"));
    }

    /** Whether a feature or a rule is of level high. */
    public boolean hasHigh() {
        return features.stream().anyMatch(feature -> feature.level() == ConcernLevel.HIGH)
                || rules.stream().anyMatch(rule -> rule.level() == ConcernLevel.HIGH);
    }

    /** SHA-256 of the canonical bytes: the name of the release's bundle. */
    public String digest() {
        return Digests.sha256(Json.canonical(this));
    }

    private static void require(boolean holds, String field, Object given, String allowed) {
        if (!holds) {
            throw new FieldProblem(field, given, allowed);
        }
    }
}

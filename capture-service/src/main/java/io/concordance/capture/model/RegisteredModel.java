package io.concordance.capture.model;

import io.concordance.capture.model.gradient.GradientSupport;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.event.ObjectRef;
import io.concordance.contracts.json.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model as it was found at registration. Never changes.
 *
 * @param id first 32 hex digits of SHA-256 over {@code onnxDigest}, {@code tokenizerDigest}, and {@code dataDigest} and
 *     {@code tokenizerConfigDigest} where there are any
 * @param dataDigest SHA-256 of the canonical JSON of {@code externalData}; null without any
 * @param externalData files of weights beside the graph, by location; null without any
 * @param tokenizerConfigDigest digest of {@code tokenizer_config.json}; null when none was given
 * @param width columns of the token embedding
 * @param layers blocks whose residual stream was found; 0 when none was, then only raw tensors can be hooked
 * @param vocabulary rows of the token embedding
 * @param context longest input; longer documents are cut to it
 * @param padding true when right padding leaves the activations of real tokens alone; if not, batches hold one length
 * @param chatTemplate Jinja source of the default chat template; null when there is none
 * @param bosToken text of the token that begins a sequence
 * @param eosToken text of the token that ends a sequence
 * @param gradients null for a model that was registered before gradients were looked at
 * @param unembedding the file of {@link Unembedding}; null where the model has no such matrix, or too large a one
 */
public record RegisteredModel(
        String id,
        String name,
        String onnxDigest,
        String tokenizerDigest,
        @Nullable String dataDigest,
        @Nullable List<DataFile> externalData,
        @Nullable String tokenizerConfigDigest,
        int width,
        int layers,
        int vocabulary,
        int context,
        boolean padding,
        @Nullable String chatTemplate,
        @Nullable String bosToken,
        @Nullable String eosToken,
        List<HookPoint> hooks,
        Parity parity,
        @Nullable GradientSupport gradients,
        @Nullable ObjectRef unembedding) {

    /**
     * A file of external data.
     *
     * @param location path beside the graph, as the graph names it
     */
    public record DataFile(String location, long bytes, String digest) {}

    public RegisteredModel {
        hooks = List.copyOf(hooks);
        externalData = externalData == null ? null : List.copyOf(externalData);
    }

    static String id(
            String onnxDigest,
            String tokenizerDigest,
            @Nullable String dataDigest,
            @Nullable String tokenizerConfigDigest) {
        String all = onnxDigest
                + tokenizerDigest
                + (dataDigest == null ? "" : dataDigest)
                + (tokenizerConfigDigest == null ? "" : tokenizerConfigDigest);
        return Digests.hex(Digests.sha256(all)).substring(0, 32);
    }

    /** @param files in order of their locations */
    static @Nullable String dataDigest(List<DataFile> files) {
        return files.isEmpty() ? null : Digests.sha256(Json.canonical(files));
    }

    List<DataFile> dataFiles() {
        return externalData == null ? List.of() : externalData;
    }

    String onnxKey() {
        return folder() + "model.onnx";
    }

    String dataKey(DataFile file) {
        return folder() + "data/" + Digests.hex(file.digest());
    }

    String tokenizerKey() {
        return folder() + "tokenizers/" + Digests.hex(tokenizerDigest) + ".json";
    }

    String tokenizerConfigKey(String digest) {
        return folder() + "tokenizer-configs/" + Digests.hex(digest) + ".json";
    }

    String unembeddingKey(String digest) {
        return folder() + "unembeddings/" + Digests.hex(digest) + ".safetensors";
    }

    RegisteredModel withUnembedding(ObjectRef found) {
        return new RegisteredModel(
                id,
                name,
                onnxDigest,
                tokenizerDigest,
                dataDigest,
                externalData,
                tokenizerConfigDigest,
                width,
                layers,
                vocabulary,
                context,
                padding,
                chatTemplate,
                bosToken,
                eosToken,
                hooks,
                parity,
                gradients,
                found);
    }

    private String folder() {
        return "models/" + Digests.hex(onnxDigest) + "/";
    }
}

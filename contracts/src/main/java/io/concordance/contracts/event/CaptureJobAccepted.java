package io.concordance.contracts.event;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A capture job was accepted and cut into slices. Stated again, with all arms and slices, when it is extended: what was
 * there before keeps its numbers.
 *
 * @param model id of the registered model
 * @param modelDigest digest of its ONNX file
 * @param hooks canonical names of the hook points at which it writes shards; none for a job of attributions or a search
 * @param role {@code learning} or {@code evaluation}
 * @param dtype of captured activations, {@code fp16} or {@code fp32}
 * @param slices how many slices, numbered from 0, the job has
 * @param documents how many transcripts, over all arms
 * @param tokenizerDigest digest of the model's tokenizer file
 * @param unembedding safetensors file with the tensor {@code unembedding}, F32 {@code [width, vocabulary]}: how a direction of
 *     the residual stream changes the logits where the stream has unit spread, the last norm's weights included; null where
 *     the model has none
 */
public record CaptureJobAccepted(
        String jobId,
        String model,
        String modelDigest,
        List<String> hooks,
        String role,
        String dtype,
        List<Arm> arms,
        int slices,
        int documents,
        @Nullable String tokenizerDigest,
        @Nullable ObjectRef unembedding) {

    /** Of a model without an unembedding. */
    public CaptureJobAccepted(
            String jobId,
            String model,
            String modelDigest,
            List<String> hooks,
            String role,
            String dtype,
            List<Arm> arms,
            int slices,
            int documents,
            @Nullable String tokenizerDigest) {
        this(jobId, model, modelDigest, hooks, role, dtype, arms, slices, documents, tokenizerDigest, null);
    }

    /** Without the digest of the tokenizer. */
    public CaptureJobAccepted(
            String jobId,
            String model,
            String modelDigest,
            List<String> hooks,
            String role,
            String dtype,
            List<Arm> arms,
            int slices,
            int documents) {
        this(jobId, model, modelDigest, hooks, role, dtype, arms, slices, documents, null);
    }

    /** A named set of transcripts; {@code transcripts} is the digest of the uploaded file. */
    public record Arm(String name, String kind, String transcripts, int documents) {}
}

package io.concordance.capture.model;

import io.concordance.contracts.digest.Digests;
import java.util.List;

/**
 * A model as it was found at registration. Never changes.
 *
 * @param id first 32 hex digits of SHA-256 over both digests
 * @param width columns of the token embedding
 * @param layers blocks whose residual stream was found; 0 when none was, then only raw tensors can be hooked
 * @param vocabulary rows of the token embedding
 * @param context longest input; longer documents are cut to it
 * @param padding true when right padding leaves the activations of real tokens alone; if not, batches hold one length
 */
public record RegisteredModel(
        String id,
        String name,
        String onnxDigest,
        String tokenizerDigest,
        int width,
        int layers,
        int vocabulary,
        int context,
        boolean padding,
        List<HookPoint> hooks,
        Parity parity) {

    public RegisteredModel {
        hooks = List.copyOf(hooks);
    }

    static String id(String onnxDigest, String tokenizerDigest) {
        return Digests.hex(Digests.sha256(onnxDigest + tokenizerDigest)).substring(0, 32);
    }

    String onnxKey() {
        return "models/" + Digests.hex(onnxDigest) + "/model.onnx";
    }

    String tokenizerKey() {
        return "models/" + Digests.hex(onnxDigest) + "/tokenizers/" + Digests.hex(tokenizerDigest) + ".json";
    }
}

package io.concordance.capture.model;

import org.jspecify.annotations.Nullable;

/**
 * A named tensor of a model.
 *
 * @param name canonical name, such as {@code blocks.2.hook_resid_post}; the tensor's own name for a raw tensor
 * @param alias short form, such as {@code resid_post.2}; null for a raw tensor
 * @param tensor name in the ONNX graph, shape {@code [batch, sequence, width]}
 * @param layer block, from 0; null for a raw tensor
 * @param width values a token
 */
public record HookPoint(
        String name,
        @Nullable String alias,
        String tensor,
        @Nullable Integer layer,
        int width) {

    static HookPoint residual(String place, int layer, String tensor, int width) {
        return new HookPoint(
                "blocks." + layer + ".hook_resid_" + place, "resid_" + place + "." + layer, tensor, layer, width);
    }

    boolean isCalled(String nameOrAlias) {
        return name.equals(nameOrAlias) || nameOrAlias.equals(alias);
    }
}

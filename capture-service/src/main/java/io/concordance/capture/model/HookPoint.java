package io.concordance.capture.model;

import org.jspecify.annotations.Nullable;

/**
 * A named tensor of a model, in the terms of TransformerLens.
 *
 * @param name canonical name, such as {@code blocks.2.hook_resid_post}; the tensor's own name for a raw tensor
 * @param alias short form, such as {@code resid_post.2}; null for a raw tensor
 * @param tensor name in the ONNX graph, shape {@code [batch, sequence, width]}
 * @param layer block, from 0; null for a raw tensor and outside the blocks
 * @param width values a token
 * @param kind what it is, such as {@code resid_post}; null for a raw tensor
 * @param heads parts of equal size that a row falls into; null where it has none
 */
public record HookPoint(
        String name,
        @Nullable String alias,
        String tensor,
        @Nullable Integer layer,
        int width,
        @Nullable String kind,
        @Nullable Integer heads) {

    static HookPoint raw(String tensor, int width) {
        return new HookPoint(tensor, null, tensor, null, width, null, null);
    }

    boolean isCalled(String nameOrAlias) {
        return name.equals(nameOrAlias) || nameOrAlias.equals(alias);
    }
}

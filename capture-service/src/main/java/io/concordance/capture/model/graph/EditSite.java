package io.concordance.capture.model.graph;

/**
 * A tensor that runs may change.
 *
 * @param tensor name in the graph, shape {@code [batch, sequence, width]}
 * @param width values a token
 * @param slots changes one run may make here, one after the other; at least 1
 * @param topK whether a change may keep only the largest features of a token, which costs a sort
 */
public record EditSite(String tensor, int width, int slots, boolean topK) {}

package io.concordance.contracts.dictionary;

/**
 * Where a dictionary came from that was trained elsewhere.
 *
 * @param layout {@code sae_lens} or {@code sparsify}
 * @param architecture as its own files call it
 * @param configSha256 digest of the configuration as it came
 * @param weightsSha256 digest of the weights as they came
 * @param decoder {@code kept}, or {@code folded} where rows were not of unit norm: each was divided by its norm, encoder
 *     row, bias and threshold multiplied, so that activations are in units of the row's length
 * @param inputBias {@code kept}, or {@code folded} where the encoder did not subtract the decoder bias: the encoder bias
 *     makes up for it
 */
public record ImportedFrom(
        String layout,
        String architecture,
        String configSha256,
        String weightsSha256,
        String decoder,
        String inputBias) {
    public static final String SAE_LENS = "sae_lens";
    public static final String SPARSIFY = "sparsify";
    public static final String KEPT = "kept";
    public static final String FOLDED = "folded";
}

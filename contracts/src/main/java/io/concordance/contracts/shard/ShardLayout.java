package io.concordance.contracts.shard;

/**
 * Names inside a shard's safetensors file. Every tensor has one entry a row; rows of a document are contiguous and in
 * position order, documents in slice order.
 */
public final class ShardLayout {
    public static final String FORMAT = "concordance-shard/1";

    /** F16 or F32 {@code [rows, width]}: activations at the hook point. */
    public static final String ACTIVATION = "activation";
    /** I32 {@code [rows]}: token ids. */
    public static final String TOKEN = "token";
    /** I32 {@code [rows]}: index into the metadata's {@code documents}. */
    public static final String DOCUMENT = "document";
    /** I32 {@code [rows]}: token position in its document, from 0. */
    public static final String POSITION = "position";
    /** U8 {@code [rows]}: span kind code, 0 read by the model, 1 written by it. */
    public static final String SPAN = "span";
    /** U8 {@code [rows]}: outcome code of the row's document. */
    public static final String OUTCOME = "outcome";

    private ShardLayout() {}
}

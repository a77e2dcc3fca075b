package io.concordance.contracts.shard;

/**
 * Names inside a shard's safetensors file. The columns have one entry a row; rows of a document are contiguous and in
 * position order, documents in slice order. The tensors by position are there when the job asked for them: summed over
 * shards and divided they give the mean activation at each position.
 */
public final class ShardLayout {
    public static final String FORMAT = "concordance-shard/1";

    /** F16, BF16 or F32 {@code [rows, width]}: activations at the hook point. */
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

    /** F64 {@code [positions, width]}: sum of the activations at each position over the shard's documents. */
    public static final String POSITION_SUM = "position_sum";
    /** I64 {@code [positions]}: how many rows each of these sums has. */
    public static final String POSITION_ROWS = "position_rows";

    private ShardLayout() {}
}

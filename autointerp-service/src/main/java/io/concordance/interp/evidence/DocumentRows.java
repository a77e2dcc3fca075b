package io.concordance.interp.evidence;

/**
 * A document's tokens.
 *
 * @param tokens token ids, {@code [rows]}
 * @param positions token positions, {@code [rows]}
 * @param promptRows rows before the first token that the model wrote itself; all rows when it wrote none
 */
@SuppressWarnings("ArrayRecordComponent") // shared, never changed
public record DocumentRows(DocumentInfo info, int[] tokens, int[] positions, int promptRows) {}

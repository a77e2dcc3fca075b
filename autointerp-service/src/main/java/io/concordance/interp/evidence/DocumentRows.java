package io.concordance.interp.evidence;

import java.util.Arrays;

/**
 * A document's tokens, or the part of them around a firing. Rows count from the document's start either way.
 *
 * @param length rows of the whole document
 * @param promptRows rows before the first token that the model wrote itself; all rows when it wrote none
 * @param firstRow row of the first token that is held
 * @param tokens token ids, {@code [held]}
 * @param positions token positions, {@code [held]}
 */
@SuppressWarnings("ArrayRecordComponent") // shared, never changed
public record DocumentRows(DocumentInfo info, int length, int promptRows, int firstRow, int[] tokens, int[] positions) {

    /** Rows before a firing that are held, so that whatever stands there can be asked about. */
    public static final int REACH = 256;

    static DocumentRows whole(DocumentInfo info, int promptRows, int[] tokens, int[] positions) {
        return new DocumentRows(info, tokens.length, promptRows, 0, tokens, positions);
    }

    /** Token id of a held row. */
    public int token(int row) {
        return tokens[row - firstRow];
    }

    /** Token position of a held row. */
    public int position(int row) {
        return positions[row - firstRow];
    }

    /** One past the last held row. */
    public int endRow() {
        return firstRow + tokens.length;
    }

    /** The same document with {@link #REACH} rows before a row and {@code after} behind it, in memory of its own. */
    DocumentRows around(int row, int after) {
        int from = Math.max(firstRow, row - REACH);
        int to = Math.min(endRow(), row + after + 1);
        if (tokens.length <= 2 * (to - from)) {
            return this;
        }
        return new DocumentRows(
                info,
                length,
                promptRows,
                from,
                Arrays.copyOfRange(tokens, from - firstRow, to - firstRow),
                Arrays.copyOfRange(positions, from - firstRow, to - firstRow));
    }
}

package io.concordance.trainer.stream;

import java.util.List;

/**
 * What rows are of, one entry a row.
 *
 * @param document index into {@code documentIds}; rows of a document are contiguous
 * @param position token position in the document
 * @param token id
 */
public record RowColumns(int[] document, int[] position, int[] token, List<String> documentIds) {
    public RowColumns {
        documentIds = List.copyOf(documentIds);
    }

    /** Id of a row's document. */
    String id(int row) {
        return documentIds.get(document[row]);
    }
}

package io.concordance.trainer.capture;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.shard.Shard;
import io.concordance.trainer.stream.RowColumns;
import io.concordance.trainer.stream.SliceRows;
import java.util.ArrayList;
import java.util.List;

/** The shards of a slice as one run of rows. */
final class ShardParts implements SliceRows {
    private final List<Shard> parts;
    private final int[] starts;
    private final int rows;

    /** @param parts in order; closed with this */
    ShardParts(List<Shard> parts) {
        this.parts = List.copyOf(parts);
        this.starts = new int[parts.size()];
        int at = 0;
        for (int p = 0; p < starts.length; p++) {
            starts[p] = at;
            at = Math.addExact(at, parts.get(p).rows());
        }
        this.rows = at;
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public void copy(int row, float[] target, int offset) {
        // The last part that starts at or before the row; an empty one starts where the next does.
        int p = starts.length - 1;
        while (starts[p] > row) {
            p--;
        }
        parts.get(p).activation(row - starts[p], target, offset);
    }

    @Override
    public RowColumns columns() {
        int[] document = new int[rows];
        int[] position = new int[rows];
        int[] token = new int[rows];
        List<String> ids = new ArrayList<>();
        for (int p = 0; p < starts.length; p++) {
            Shard part = parts.get(p);
            int[] documents = part.documents();
            for (int r = 0; r < documents.length; r++) {
                if (documents[r] < 0 || documents[r] >= part.documentIds().size()) {
                    throw new FieldProblem(
                            "document[" + r + "] of part " + p + " of slice "
                                    + part.header().slice(),
                            documents[r],
                            "0 to " + (part.documentIds().size() - 1));
                }
                document[starts[p] + r] = ids.size() + documents[r];
            }
            System.arraycopy(part.positions(), 0, position, starts[p], documents.length);
            System.arraycopy(part.tokens(), 0, token, starts[p], documents.length);
            ids.addAll(part.documentIds());
        }
        return new RowColumns(document, position, token, ids);
    }

    @Override
    public void close() {
        parts.forEach(Shard::close);
    }
}

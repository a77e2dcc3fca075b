package io.concordance.trainer.stream;

import io.concordance.contracts.dictionary.PositionOffsets;
import java.util.Optional;

/** Rows less what their position makes of them. */
public record WithoutPosition(ShardSource source, PositionOffsets offsets) implements ShardSource {

    @Override
    public Optional<Written> find(ShardOrder.Slot slot) {
        return source.find(slot);
    }

    @Override
    public SliceRows open(ShardOrder.Slot slot, Written written) {
        SliceRows rows = source.open(slot, written);
        return new Rows(rows, rows.columns().position(), offsets);
    }

    private record Rows(SliceRows rowsAsTheyAre, int[] position, PositionOffsets offsets) implements SliceRows {
        @Override
        public int rows() {
            return rowsAsTheyAre.rows();
        }

        @Override
        public void copy(int row, float[] target, int offset) {
            rowsAsTheyAre.copy(row, target, offset);
            offsets.subtract(target, offset, position[row]);
        }

        @Override
        public RowColumns columns() {
            return rowsAsTheyAre.columns();
        }

        @Override
        public void close() {
            rowsAsTheyAre.close();
        }
    }
}

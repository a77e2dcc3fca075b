package io.concordance.trainer.stream;

import io.concordance.contracts.dictionary.SteeringRemoved;
import java.util.Map;
import java.util.Optional;

/**
 * Rows of steered captures less what steering does to every row; all others as they are.
 *
 * @param removed by job
 */
public record WithoutSteering(ShardSource source, Map<String, SteeringRemoved> removed) implements ShardSource {
    public WithoutSteering {
        removed = Map.copyOf(removed);
    }

    @Override
    public Optional<Written> find(ShardOrder.Slot slot) {
        return source.find(slot);
    }

    @Override
    public SliceRows open(ShardOrder.Slot slot, Written written) {
        SliceRows rows = source.open(slot, written);
        SteeringRemoved off = removed.get(slot.job());
        return off == null ? rows : new Rows(rows, off);
    }

    private record Rows(SliceRows steered, SteeringRemoved removed) implements SliceRows {
        @Override
        public int rows() {
            return steered.rows();
        }

        @Override
        public void copy(int row, float[] target, int offset) {
            steered.copy(row, target, offset);
            removed.removeFrom(target, offset);
        }

        @Override
        public RowColumns columns() {
            return steered.columns();
        }

        @Override
        public void close() {
            steered.close();
        }
    }
}

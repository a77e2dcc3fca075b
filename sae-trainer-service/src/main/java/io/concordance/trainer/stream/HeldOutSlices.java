package io.concordance.trainer.stream;

import io.concordance.trainer.step.KeyedRandom;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The slices that a run never trains on, so that the dictionary can be looked at with rows it has not seen: a share of the
 * places in the order, rounded down, chosen by the seed.
 */
public final class HeldOutSlices {
    private static final long KEY = 0x4E1D0;

    private final ShardOrder order;
    private final BitSet chosen = new BitSet();

    public HeldOutSlices(ShardOrder order, double share, long seed) {
        this.order = order;
        int count = (int) (share * order.size());
        if (count > 0) {
            KeyedPermutation places = new KeyedPermutation(order.size(), KeyedRandom.hash(seed, KEY));
            for (int i = 0; i < count; i++) {
                chosen.set(places.at(i));
            }
        }
    }

    /** The slices held out, in order. */
    public List<ShardOrder.Slot> slots() {
        return chosen.stream().mapToObj(order::at).toList();
    }

    /** The same shards, with no rows in the slices held out. */
    public ShardSource without(ShardSource all) {
        List<ShardOrder.Slot> slots = slots();
        return slots.isEmpty() ? all : new Rest(all, Set.copyOf(slots));
    }

    private record Rest(ShardSource all, Set<ShardOrder.Slot> left) implements ShardSource {
        @Override
        public Optional<Written> find(ShardOrder.Slot slot) {
            Optional<Written> found = all.find(slot);
            return left.contains(slot) ? found.map(Written::excluded) : found;
        }

        @Override
        public SliceRows open(ShardOrder.Slot slot, Written written) {
            return all.open(slot, written);
        }
    }

    /**
     * Rows of slices held out, in order, [n, width].
     *
     * @param end only of places before this one, which have been written
     * @param limit most rows
     * @throws BadShard when one of the slices cannot be read
     */
    public float[] rows(ShardSource all, int width, int end, int limit) {
        float[] target = new float[0];
        int rows = 0;
        for (int place = chosen.nextSetBit(0);
                place >= 0 && place < end && rows < limit;
                place = chosen.nextSetBit(place + 1)) {
            Optional<ShardSource.Written> written = all.find(order.at(place));
            if (written.isPresent() && written.get().counts()) {
                try (SliceRows slice = all.open(order.at(place), written.get())) {
                    int more = Math.min(slice.rows(), limit - rows);
                    target = Arrays.copyOf(target, Math.multiplyExact(rows + more, width));
                    for (int r = 0; r < more; r++) {
                        slice.copy(r, target, (rows + r) * width);
                    }
                    rows += more;
                }
            }
        }
        return target;
    }
}

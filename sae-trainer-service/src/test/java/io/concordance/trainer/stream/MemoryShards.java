package io.concordance.trainer.stream;

import io.concordance.contracts.event.ObjectRef;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Shards in memory, which a test may hold back. */
public final class MemoryShards implements ShardSource {
    private final int width;
    private final Map<String, float[]> data = new HashMap<>();
    private final Map<ShardOrder.Slot, Written> written = new HashMap<>();
    private final Set<ShardOrder.Slot> held = new HashSet<>();

    public MemoryShards(int width) {
        this.width = width;
    }

    public void add(String job, int slice, float[] rows, boolean included) {
        ShardOrder.Slot slot = new ShardOrder.Slot(job, slice);
        String key = job + "/" + slice;
        data.put(key, rows);
        written.put(
                slot,
                new Written(
                        List.of(new Written.Part(
                                new ObjectRef("memory", key, "sha256:" + slice, 0), rows.length / width)),
                        width,
                        included));
    }

    public void hold(String job, int slice) {
        held.add(new ShardOrder.Slot(job, slice));
    }

    public void release() {
        held.clear();
    }

    @Override
    public Optional<Written> find(ShardOrder.Slot slot) {
        return held.contains(slot) ? Optional.empty() : Optional.ofNullable(written.get(slot));
    }

    @Override
    public void read(Written shard, float[] target, int offset) {
        float[] rows = data.get(shard.parts().getFirst().object().key());
        System.arraycopy(rows, 0, target, offset, rows.length);
    }
}

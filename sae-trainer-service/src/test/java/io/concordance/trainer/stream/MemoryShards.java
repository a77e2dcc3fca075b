package io.concordance.trainer.stream;

import io.concordance.contracts.event.ObjectRef;
import java.util.Arrays;
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
    private final Map<String, RowColumns> columns = new HashMap<>();
    private final Map<ShardOrder.Slot, Written> written = new HashMap<>();
    private final Set<ShardOrder.Slot> held = new HashSet<>();
    private final Set<String> spoiled = new HashSet<>();
    private final Set<String> leftOut = new HashSet<>();

    public MemoryShards(int width) {
        this.width = width;
    }

    /** One document a slice, of tokens 0. */
    public void add(String job, int slice, float[] rows, boolean included) {
        int count = rows.length / width;
        int[] positions = new int[count];
        Arrays.setAll(positions, i -> i);
        add(
                job,
                slice,
                rows,
                new RowColumns(new int[count], positions, new int[count], List.of("slice " + slice)),
                included);
    }

    public void add(String job, int slice, float[] rows, RowColumns of, boolean included) {
        ShardOrder.Slot slot = new ShardOrder.Slot(job, slice);
        String key = job + "/" + slice;
        data.put(key, rows);
        columns.put(key, of);
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

    /** From now on the shard cannot be read. */
    public void spoil(String job, int slice) {
        spoiled.add(job + "/" + slice);
    }

    public void leaveOut(String key) {
        leftOut.add(key);
    }

    /** Whether any shard was left out. */
    public boolean spared() {
        return !leftOut.isEmpty();
    }

    public void release() {
        held.clear();
    }

    @Override
    public Optional<Written> find(ShardOrder.Slot slot) {
        Optional<Written> found = held.contains(slot) ? Optional.empty() : Optional.ofNullable(written.get(slot));
        return leftOut.contains(slot.job() + "/" + slot.slice()) ? found.map(Written::excluded) : found;
    }

    @Override
    public SliceRows open(ShardOrder.Slot slot, Written written) {
        ObjectRef object = written.parts().getFirst().object();
        if (spoiled.contains(object.key())) {
            throw new BadShard(object, BadShard.Reason.DIGEST, "spoiled");
        }
        return new MemoryRows(data.getOrDefault(object.key(), new float[0]), width, columns.get(object.key()));
    }

    private record MemoryRows(float[] data, int width, RowColumns columns) implements SliceRows {
        @Override
        public int rows() {
            return data.length / width;
        }

        @Override
        public void copy(int row, float[] target, int offset) {
            System.arraycopy(data, row * width, target, offset, width);
        }

        @Override
        public void close() {}
    }
}

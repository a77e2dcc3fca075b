package io.concordance.trainer.stream;

import io.concordance.contracts.event.ObjectRef;
import java.util.Optional;

/** Where a run's shards come from. */
public interface ShardSource {

    /**
     * A shard that has been written.
     *
     * @param included false when the run leaves its arm out; it then counts as having no rows
     */
    record Written(ObjectRef object, int rows, int width, boolean included) {}

    /** The shard of a slot, or empty while capture has not written it. */
    Optional<Written> find(ShardOrder.Slot slot);

    /** Reads the shard's activations as [rows, width] into {@code target} from {@code offset}. */
    void read(Written shard, float[] target, int offset);
}

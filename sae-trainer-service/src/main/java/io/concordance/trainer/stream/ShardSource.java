package io.concordance.trainer.stream;

import io.concordance.contracts.event.ObjectRef;
import java.util.List;
import java.util.Optional;

/** Where a run's shards come from. */
public interface ShardSource {

    /**
     * Everything of a slice at the run's hook, which has been written.
     *
     * @param parts its shards in order, at least one
     * @param included false when the run leaves its arm out; it then counts as having no rows
     */
    record Written(List<Part> parts, int width, boolean included) {
        public Written {
            parts = List.copyOf(parts);
        }

        /** One shard. */
        public record Part(ObjectRef object, int rows) {}

        public int rows() {
            return parts.stream().mapToInt(Part::rows).reduce(0, Math::addExact);
        }

        /** Whether there is anything to learn from. */
        boolean counts() {
            return included && rows() > 0;
        }
    }

    /**
     * The shards of a slot, or empty while capture has not written them all.
     *
     * @throws io.concordance.contracts.problem.FieldProblem when it never will
     */
    Optional<Written> find(ShardOrder.Slot slot);

    /**
     * Opens what {@link #find} found.
     *
     * @throws io.concordance.contracts.problem.FieldProblem when it is not what was announced
     */
    SliceRows open(ShardOrder.Slot slot, Written written);
}

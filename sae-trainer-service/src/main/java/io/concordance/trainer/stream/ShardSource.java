package io.concordance.trainer.stream;

import io.concordance.contracts.event.ObjectRef;
import java.util.List;
import java.util.Optional;

/** Where a run's shards come from. */
public interface ShardSource {

    /**
     * Everything of a slice at the run's hook, which has been written.
     *
     * @param parts its shards in order; those that the run left out are not among them
     * @param included false when the run leaves the slice out; it then counts as having no rows
     * @param complete false when the run left some of its shards out
     */
    record Written(List<Part> parts, int width, boolean included, boolean complete) {
        public Written(List<Part> parts, int width, boolean included) {
            this(parts, width, included, true);
        }

        public Written {
            parts = List.copyOf(parts);
        }

        /** The same, left out. */
        Written excluded() {
            return new Written(parts, width, false, complete);
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
     * @throws BadShard when one of them cannot be used
     */
    Optional<Written> find(ShardOrder.Slot slot);

    /**
     * Opens what {@link #find} found.
     *
     * @throws BadShard when it is not what was announced
     */
    SliceRows open(ShardOrder.Slot slot, Written written);
}

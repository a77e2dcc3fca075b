package io.concordance.trainer.stream;

import io.concordance.contracts.problem.FieldProblem;
import java.util.Map;
import java.util.Optional;

/**
 * The rows of one capture less those of another, token by token. Both must have the same documents in every slice, and the
 * same tokens at the same positions of them; nothing is dropped to make them fit.
 */
public final class Differences implements ShardSource {
    private final ShardSource minuend;
    private final ShardSource subtrahend;
    private final Map<String, String> partners;

    /** @param partners for each job of the order, the job that is subtracted */
    public Differences(ShardSource minuend, ShardSource subtrahend, Map<String, String> partners) {
        this.minuend = minuend;
        this.subtrahend = subtrahend;
        this.partners = Map.copyOf(partners);
    }

    /** {@inheritDoc} It has been written when both captures have, and left out when any shard of it is. */
    @Override
    public Optional<Written> find(ShardOrder.Slot slot) {
        Optional<Written> found = minuend.find(slot);
        if (found.isEmpty() || !found.get().counts()) {
            return found;
        }
        Optional<Written> other = subtrahend.find(partner(slot));
        if (other.isEmpty()) {
            return Optional.empty();
        }
        if (!found.get().complete() || !other.get().complete()) {
            return found.map(Written::excluded);
        }
        check(slot, "values a row", found.get().width(), other.get().width());
        check(
                slot,
                "rows",
                found.get().rows(),
                other.get().included() ? other.get().rows() : 0);
        return found;
    }

    private ShardOrder.Slot partner(ShardOrder.Slot slot) {
        String job = partners.get(slot.job());
        if (job == null) {
            throw new IllegalStateException("nothing to subtract from job " + slot.job());
        }
        return new ShardOrder.Slot(job, slot.slice());
    }

    private void check(ShardOrder.Slot slot, String what, int own, int other) {
        if (own != other) {
            throw problem(slot, other + " " + what, own + " " + what);
        }
    }

    private FieldProblem problem(ShardOrder.Slot slot, String given, String allowed) {
        ShardOrder.Slot partner = partner(slot);
        return new FieldProblem(
                "minus.jobs",
                given + " in slice " + partner.slice() + " of job " + partner.job(),
                allowed + ", as in job " + slot.job());
    }

    @Override
    public SliceRows open(ShardOrder.Slot slot, Written written) {
        ShardOrder.Slot partner = partner(slot);
        Written other = subtrahend
                .find(partner)
                .orElseThrow(() -> new IllegalStateException("slice " + partner + " is no longer there"));
        SliceRows own = minuend.open(slot, written);
        try {
            SliceRows less = subtrahend.open(partner, other);
            try {
                align(slot, own.columns(), less.columns());
                return new Rows(own, less, new float[written.width()]);
            } catch (RuntimeException e) {
                less.close();
                throw e;
            }
        } catch (RuntimeException e) {
            own.close();
            throw e;
        }
    }

    private void align(ShardOrder.Slot slot, RowColumns own, RowColumns other) {
        check(slot, "rows", own.token().length, other.token().length);
        for (int r = 0; r < own.token().length; r++) {
            if (own.position()[r] != other.position()[r]
                    || own.token()[r] != other.token()[r]
                    || !own.id(r).equals(other.id(r))) {
                throw problem(slot, describe(other, r), describe(own, r));
            }
        }
    }

    private static String describe(RowColumns columns, int row) {
        return "token " + columns.token()[row] + " at position " + columns.position()[row] + " of document "
                + columns.id(row);
    }

    private record Rows(SliceRows own, SliceRows less, float[] scratch) implements SliceRows {
        @Override
        public int rows() {
            return own.rows();
        }

        @Override
        public void copy(int row, float[] target, int offset) {
            own.copy(row, target, offset);
            less.copy(row, scratch, 0);
            for (int i = 0; i < scratch.length; i++) {
                target[offset + i] -= scratch[i];
            }
        }

        @Override
        public RowColumns columns() {
            return own.columns();
        }

        @Override
        public void close() {
            try (own) {
                less.close();
            }
        }
    }
}

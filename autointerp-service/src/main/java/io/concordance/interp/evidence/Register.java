package io.concordance.interp.evidence;

import io.concordance.contracts.transcript.Outcome;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Which documents were met and with what outcome, in eight bytes each: 62 bits of a hash and the outcome. */
final class Register {
    private static final long OUTCOME_BITS = 3;

    private long[] slots = new long[64];
    private int size;

    /**
     * Notes a document; bad wins over an earlier outcome, else the first one stays.
     *
     * @param key hash of the document, of all 64 bits
     * @return the earlier outcome; null when it is new
     */
    @Nullable
    Outcome note(long key, Outcome outcome) {
        int slot = slot(slots, key);
        if (slots[slot] == 0) {
            put(key & ~OUTCOME_BITS | outcome.ordinal() + 1);
            return null;
        }
        Outcome before = Outcome.values()[(int) (slots[slot] & OUTCOME_BITS) - 1];
        if (outcome == Outcome.BAD) {
            slots[slot] = key & ~OUTCOME_BITS | outcome.ordinal() + 1;
        }
        return before;
    }

    private void put(long entry) {
        if (2 * size >= slots.length) {
            long[] larger = new long[Math.multiplyExact(slots.length, 2)];
            for (long old : slots) {
                if (old != 0) {
                    larger[slot(larger, old)] = old;
                }
            }
            slots = larger;
        }
        slots[slot(slots, entry)] = entry;
        size++;
    }

    private static int slot(long[] slots, long key) {
        int slot = (int) (key >>> 2) & slots.length - 1;
        while (slots[slot] != 0 && (slots[slot] ^ key) >>> 2 != 0) {
            slot = slot + 1 & slots.length - 1;
        }
        return slot;
    }

    void write(Wire.Out out) {
        long[] entries = Arrays.stream(slots).filter(e -> e != 0).sorted().toArray();
        out.count(entries.length);
        for (long entry : entries) {
            out.fixed(entry);
        }
    }

    void read(Wire.In in) {
        int count = in.count();
        for (int i = 0; i < count; i++) {
            put(in.fixed());
        }
    }
}

package io.concordance.interp.evidence;

import java.util.Arrays;

/**
 * How many rows each token id has in each octave of positions. Octave 0 is position 0, octave {@code o} is
 * {@code [2^(o-1), 2^o)}, the last one all that lies beyond. Takes memory for every pair that occurs.
 */
public final class TokenPlaces {
    public static final int OCTAVES = 16;

    private long[] keys = new long[256];
    private long[] counts = new long[256];
    private int size;

    public static int octave(int position) {
        return position <= 0 ? 0 : Math.min(OCTAVES - 1, 32 - Integer.numberOfLeadingZeros(position));
    }

    /** First position of an octave. */
    public static int from(int octave) {
        return octave == 0 ? 0 : 1 << (octave - 1);
    }

    static long key(int token, int octave) {
        return (long) token * OCTAVES + octave;
    }

    static int token(long key) {
        return (int) Math.floorDiv(key, (long) OCTAVES);
    }

    static int octaveOf(long key) {
        return (int) Math.floorMod(key, (long) OCTAVES);
    }

    /** SplitMix64's mixing of a token id; the same for every feature. */
    static long hash(long value) {
        long z = value + 0x9e3779b97f4a7c15L;
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }

    void add(int token, int position) {
        add(key(token, octave(position)), 1);
    }

    private void add(long key, long count) {
        int slot = slot(key);
        if (counts[slot] == 0) {
            if (2 * size >= keys.length) {
                grow();
                slot = slot(key);
            }
            keys[slot] = key;
            size++;
        }
        counts[slot] += count;
    }

    private void grow() {
        long[] oldKeys = keys;
        long[] oldCounts = counts;
        keys = new long[Math.multiplyExact(oldKeys.length, 2)];
        counts = new long[keys.length];
        for (int s = 0; s < oldKeys.length; s++) {
            if (oldCounts[s] > 0) {
                int slot = slot(oldKeys[s]);
                keys[slot] = oldKeys[s];
                counts[slot] = oldCounts[s];
            }
        }
    }

    private int slot(long key) {
        int slot = (int) hash(key) & keys.length - 1;
        while (counts[slot] != 0 && keys[slot] != key) {
            slot = slot + 1 & keys.length - 1;
        }
        return slot;
    }

    void addAll(TokenPlaces other) {
        for (int s = 0; s < other.keys.length; s++) {
            if (other.counts[s] > 0) {
                add(other.keys[s], other.counts[s]);
            }
        }
    }

    /** Receives a pair that occurs. */
    @FunctionalInterface
    public interface Visitor {
        void at(int token, int octave, long rows);
    }

    /** Every pair, in ascending order of token, then octave. */
    public void forEach(Visitor visitor) {
        long[] sorted = new long[size];
        int at = 0;
        for (int s = 0; s < keys.length; s++) {
            if (counts[s] > 0) {
                sorted[at++] = keys[s];
            }
        }
        Arrays.sort(sorted);
        for (long key : sorted) {
            visitor.at(token(key), octaveOf(key), counts[slot(key)]);
        }
    }

    /** Rows of a token in an octave. */
    public long rows(int token, int octave) {
        return counts[slot(key(token, octave))];
    }

    void write(Wire.Out out) {
        out.count(size);
        forEach((token, octave, rows) -> {
            out.fixed(key(token, octave));
            out.count(rows);
        });
    }

    void read(Wire.In in) {
        int count = in.count();
        for (int i = 0; i < count; i++) {
            add(in.fixed(), in.number());
        }
    }
}

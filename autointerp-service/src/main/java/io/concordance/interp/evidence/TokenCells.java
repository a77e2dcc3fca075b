package io.concordance.interp.evidence;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Moments of a feature's activation by token id and octave of positions. When a feature fires on too many tokens, half of
 * the token ids are left out, chosen by their hash, again and again until the rest fits: the moments of the others stay
 * exact, and which are left out does not depend on the order of shards.
 */
public final class TokenCells {
    static final int MOST = 128;
    private static final int FIRST = 64;
    private static final int CELL = 4;
    private static final int FIRINGS = 1;
    private static final int SUM = 2;
    private static final int SQUARE = 3;

    /** Key, firings, and the bits of sum and sum of squares of each slot side by side, so that they share a cache line. */
    private long[] slots = new long[FIRST * CELL];

    private int size;
    private int level;

    /** How many times token ids were halved: {@code level} leading zero bits make a token counted. */
    public int level() {
        return level;
    }

    /** Whether a token is counted at a level. */
    public static boolean counted(int token, int level) {
        return level == 0 || Long.numberOfLeadingZeros(TokenPlaces.hash(token)) >= level;
    }

    /** @param key see {@link TokenPlaces#key} */
    void add(long key, float value) {
        if (level == 0 || counted(TokenPlaces.token(key), level)) {
            add(key, 1, value, (double) value * value);
        }
    }

    /** Moments without room for more. */
    @SuppressWarnings("ArrayRecordComponent") // handed from reader to merge once
    record Packed(int level, long[] keys, long[] firings, double[] sums, double[] squares) {}

    /** What was added; adding begins anew in the same memory. */
    Packed take() {
        Packed packed = new Packed(level, new long[size], new long[size], new double[size], new double[size]);
        int at = 0;
        for (int s = 0; s < slots.length; s += CELL) {
            if (slots[s + FIRINGS] > 0) {
                packed.keys[at] = slots[s];
                packed.firings[at] = slots[s + FIRINGS];
                packed.sums[at] = real(s + SUM);
                packed.squares[at++] = real(s + SQUARE);
                Arrays.fill(slots, s, s + CELL, 0);
            }
        }
        size = 0;
        level = 0;
        return packed;
    }

    void addAll(Packed other) {
        while (level < other.level) {
            halve();
        }
        for (int i = 0; i < other.keys.length; i++) {
            if (level == 0 || counted(TokenPlaces.token(other.keys[i]), level)) {
                add(other.keys[i], other.firings[i], other.sums[i], other.squares[i]);
            }
        }
    }

    private double real(int at) {
        return Double.longBitsToDouble(slots[at]);
    }

    private void add(long key, long count, double sum, double square) {
        int slot = slot(key);
        if (slots[slot + FIRINGS] == 0) {
            while (size == MOST) {
                halve();
                if (!counted(TokenPlaces.token(key), level)) {
                    return;
                }
            }
            if (2 * size * CELL >= slots.length) {
                rebuild(Math.multiplyExact(slots.length, 2));
            }
            slot = slot(key);
            slots[slot] = key;
            size++;
        }
        slots[slot + FIRINGS] += count;
        slots[slot + SUM] = Double.doubleToRawLongBits(real(slot + SUM) + sum);
        slots[slot + SQUARE] = Double.doubleToRawLongBits(real(slot + SQUARE) + square);
    }

    private void halve() {
        level++;
        rebuild(slots.length);
    }

    private void rebuild(int length) {
        long[] old = slots;
        slots = new long[length];
        size = 0;
        for (int s = 0; s < old.length; s += CELL) {
            if (old[s + FIRINGS] > 0 && counted(TokenPlaces.token(old[s]), level)) {
                System.arraycopy(old, s, slots, slot(old[s]), CELL);
                size++;
            }
        }
    }

    /** Where a key stands, or would. */
    private int slot(long key) {
        int cells = slots.length / CELL;
        int cell = (int) TokenPlaces.hash(key) & cells - 1;
        while (slots[cell * CELL + FIRINGS] != 0 && slots[cell * CELL] != key) {
            cell = cell + 1 & cells - 1;
        }
        return cell * CELL;
    }

    /** Moments of the activation on one token in one octave of positions. */
    public record Cell(int token, int octave, long firings, double sum, double sumOfSquares) {}

    /** In ascending order of token, then octave. */
    public List<Cell> cells() {
        List<Cell> cells = new ArrayList<>(size);
        for (int s = 0; s < slots.length; s += CELL) {
            if (slots[s + FIRINGS] > 0) {
                cells.add(new Cell(
                        TokenPlaces.token(slots[s]),
                        TokenPlaces.octaveOf(slots[s]),
                        slots[s + FIRINGS],
                        real(s + SUM),
                        real(s + SQUARE)));
            }
        }
        cells.sort(Comparator.comparingInt(Cell::token).thenComparingInt(Cell::octave));
        return cells;
    }

    void write(Wire.Out out) {
        out.count(level);
        out.count(size);
        for (Cell cell : cells()) {
            out.fixed(TokenPlaces.key(cell.token(), cell.octave()));
            out.count(cell.firings());
            out.real(cell.sum());
            out.real(cell.sumOfSquares());
        }
    }

    void read(Wire.In in) {
        level = in.count();
        int count = in.count();
        for (int i = 0; i < count; i++) {
            add(in.fixed(), in.number(), in.real(), in.real());
        }
    }
}

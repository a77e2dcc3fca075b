package io.concordance.interp.evidence;

import java.util.ArrayList;
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

    private long[] keys = new long[FIRST];
    private long[] firings = new long[FIRST];
    private double[] sums = new double[FIRST];
    private double[] squares = new double[FIRST];
    private int size;
    private int level;

    /** How many times token ids were halved: {@code level} leading zero bits make a token counted. */
    public int level() {
        return level;
    }

    /** Whether a token is counted at a level. */
    public static boolean counted(int token, int level) {
        return Long.numberOfLeadingZeros(TokenPlaces.hash(token)) >= level;
    }

    void add(int token, int position, float value) {
        if (counted(token, level)) {
            add(TokenPlaces.key(token, TokenPlaces.octave(position)), 1, value, (double) value * value);
        }
    }

    void addAll(TokenCells other) {
        while (level < other.level) {
            halve();
        }
        for (int s = 0; s < other.keys.length; s++) {
            if (other.firings[s] > 0 && counted(TokenPlaces.token(other.keys[s]), level)) {
                add(other.keys[s], other.firings[s], other.sums[s], other.squares[s]);
            }
        }
    }

    private void add(long key, long count, double sum, double square) {
        int slot = slot(key);
        if (firings[slot] == 0) {
            while (size == MOST) {
                halve();
                if (!counted(TokenPlaces.token(key), level)) {
                    return;
                }
            }
            if (2 * size >= keys.length) {
                rebuild(Math.multiplyExact(keys.length, 2));
            }
            slot = slot(key);
            keys[slot] = key;
            size++;
        }
        firings[slot] += count;
        sums[slot] += sum;
        squares[slot] += square;
    }

    private void halve() {
        level++;
        rebuild(keys.length);
    }

    private void rebuild(int capacity) {
        long[] oldKeys = keys;
        long[] oldFirings = firings;
        double[] oldSums = sums;
        double[] oldSquares = squares;
        keys = new long[capacity];
        firings = new long[capacity];
        sums = new double[capacity];
        squares = new double[capacity];
        size = 0;
        for (int s = 0; s < oldKeys.length; s++) {
            if (oldFirings[s] > 0 && counted(TokenPlaces.token(oldKeys[s]), level)) {
                int slot = slot(oldKeys[s]);
                keys[slot] = oldKeys[s];
                firings[slot] = oldFirings[s];
                sums[slot] = oldSums[s];
                squares[slot] = oldSquares[s];
                size++;
            }
        }
    }

    private int slot(long key) {
        int slot = (int) TokenPlaces.hash(key) & keys.length - 1;
        while (firings[slot] != 0 && keys[slot] != key) {
            slot = slot + 1 & keys.length - 1;
        }
        return slot;
    }

    /** Moments of the activation on one token in one octave of positions. */
    public record Cell(int token, int octave, long firings, double sum, double sumOfSquares) {}

    /** In ascending order of token, then octave. */
    public List<Cell> cells() {
        List<Cell> cells = new ArrayList<>(size);
        for (int s = 0; s < keys.length; s++) {
            if (firings[s] > 0) {
                cells.add(new Cell(
                        TokenPlaces.token(keys[s]), TokenPlaces.octaveOf(keys[s]), firings[s], sums[s], squares[s]));
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

package io.concordance.interp.evidence;

import java.util.Comparator;

/**
 * One firing of a feature with its surroundings.
 *
 * @param row row of the firing in its document
 * @param value activation there
 * @param priority pseudo-random rank, the same for all features
 * @param from first row of the window
 * @param activations of this feature over the window, {@code [window]}
 */
@SuppressWarnings("ArrayRecordComponent") // shared, never changed
public record Example(DocumentRows document, int row, float value, long priority, int from, float[] activations)
        implements Site {

    /** By value from the largest, then as drawn. */
    static final Comparator<Example> STRONGEST =
            (a, b) -> a.value != b.value ? (a.value > b.value ? -1 : 1) : drawn(a, b);

    /** By priority; ties by document. */
    static final Comparator<Example> DRAWN = Example::drawn;

    /** The strongest, in the order of {@link #STRONGEST}. */
    static Kept<Example> strongest(int limit) {
        return new Kept<>(STRONGEST, example -> strength(example.value, example.priority), limit);
    }

    /** The first drawn, in the order of {@link #DRAWN}. */
    static Kept<Example> drawn(int limit) {
        return new Kept<>(DRAWN, Example::priority, limit);
    }

    /** A key that ascends as values fall, then as priorities rise. */
    static long strength(float value, long priority) {
        int bits = Float.floatToIntBits(value + 0f);
        int ascending = bits ^ bits >> 31 & Integer.MAX_VALUE;
        return (long) ~ascending << Integer.SIZE | (priority >>> Integer.SIZE ^ 1L << Integer.SIZE - 1);
    }

    private static int drawn(Example a, Example b) {
        return a.priority != b.priority
                ? Long.compare(a.priority, b.priority)
                : a.document.info().compareTo(b.document.info());
    }
}

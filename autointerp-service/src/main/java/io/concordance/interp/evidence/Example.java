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

    static final Comparator<Example> STRONGEST = Comparator.<Example>comparingDouble(e -> -e.value())
            .thenComparingLong(Example::priority)
            .thenComparing(e -> e.document().info().id())
            .thenComparing(e -> e.document().info().arm().name());

    static final Comparator<Example> DRAWN = Comparator.comparingLong(Example::priority)
            .thenComparing(e -> e.document().info().id())
            .thenComparing(e -> e.document().info().arm().name());
}

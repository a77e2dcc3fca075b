package io.concordance.interp.evidence;

import java.util.Arrays;
import java.util.Comparator;

/**
 * A token drawn without regard to what fires on it.
 *
 * @param fired features that fire on it, ascending
 */
@SuppressWarnings("ArrayRecordComponent") // shared, never changed
public record BackgroundSite(DocumentRows document, int row, long priority, int[] fired) implements Site {
    static final Comparator<BackgroundSite> DRAWN = (a, b) -> a.priority != b.priority
            ? Long.compare(a.priority, b.priority)
            : a.document.info().compareTo(b.document.info());

    /** The first drawn, in the order of {@link #DRAWN}. */
    static Kept<BackgroundSite> drawn(int limit) {
        return new Kept<>(DRAWN, BackgroundSite::priority, limit);
    }

    public boolean fires(int feature) {
        return Arrays.binarySearch(fired, feature) >= 0;
    }
}

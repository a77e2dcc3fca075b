package io.concordance.trainer.identity;

import java.util.Locale;

/** What became of the feature at one index. */
public enum Change {
    /** It fires, and none of the earlier dictionaries had it. */
    NEW,
    /** It is what it was. */
    KEPT,
    /** It still fires, in a direction or on rows that are partly others. */
    DRIFTED,
    /** It is a part of a feature that goes on as several. */
    SPLIT,
    /** It fires again after a dictionary in which it did not. */
    REVIVED,
    /** It fires no longer, or its place was taken by another. */
    RETIRED;

    /** Name in events. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}

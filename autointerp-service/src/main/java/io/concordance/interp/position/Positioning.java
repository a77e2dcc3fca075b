package io.concordance.interp.position;

import java.util.Locale;

/** What a feature answers to. */
public enum Positioning {
    /** Where a token stands, whatever it is. */
    POSITIONAL,
    /** What stands there, wherever that is. */
    SEMANTIC,
    /** Some content, but only, or more, in some places. */
    MIXED,
    /** Too little to tell, or its tokens only ever stand in one place. */
    INSUFFICIENT;

    /** The one that is written so. */
    public static Positioning of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}

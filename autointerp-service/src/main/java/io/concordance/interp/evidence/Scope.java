package io.concordance.interp.evidence;

/** Which tokens of a document count. */
public enum Scope {
    /** Every token. */
    WHOLE("document"),
    /** Tokens strictly before the first one that the model wrote: there is still time to stop it. */
    BEFORE_OUTPUT("beforeOutput");

    /** What others are told: a feature of concern must fire while there is still time. */
    public static final Scope PUBLISHED = BEFORE_OUTPUT;

    private final String text;

    Scope(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }
}

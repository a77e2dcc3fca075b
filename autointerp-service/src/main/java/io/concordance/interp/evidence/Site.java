package io.concordance.interp.evidence;

/** One token of one document: what a rule about a feature is asked about. */
public interface Site {
    DocumentRows document();

    /** Row of the token in its document, from 0. */
    int row();

    default int token() {
        return document().token(row());
    }
}

package io.concordance.interp.analysis;

import java.util.UUID;

/** Another process has claimed the analysis since; nothing was written. */
final class Fenced extends RuntimeException {
    private static final long serialVersionUID = 1;

    Fenced(UUID analysis, long epoch) {
        super("analysis " + analysis + ": the claim of epoch " + epoch + " has passed to another process");
    }
}

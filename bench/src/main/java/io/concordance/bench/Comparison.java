package io.concordance.bench;

/** Measures alternatives in one run. */
public interface Comparison {

    /** @param progress told what is being measured, as it begins */
    Report run(Progress progress) throws Exception;

    /** Somebody who waits. */
    @FunctionalInterface
    interface Progress {
        void begins(String what);
    }
}

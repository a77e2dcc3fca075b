package io.concordance.bench;

import io.concordance.contracts.problem.FieldProblem;

/** Measures alternatives in one run. */
public interface Comparison {

    /** @param progress told what is being measured, as it begins */
    Report run(Progress progress) throws Exception;

    /**
     * The same with options.
     *
     * @throws FieldProblem naming an option that it does not take
     */
    default Comparison with(Options options) {
        options.withoutQuick().withoutRounds().withoutOnly();
        return this;
    }

    /** Whether it has settings of its own. */
    default boolean takesSettings() {
        return false;
    }

    /** Somebody who waits. */
    @FunctionalInterface
    interface Progress {
        void begins(String what);
    }
}

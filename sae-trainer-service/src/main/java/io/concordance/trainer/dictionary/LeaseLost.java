package io.concordance.trainer.dictionary;

import java.util.UUID;

/** The run was cancelled, or another holder has taken it over: nothing this one still writes may count. */
final class LeaseLost extends RuntimeException {
    LeaseLost(UUID run, long epoch) {
        super("run " + run + " is no longer held under epoch " + epoch);
    }
}

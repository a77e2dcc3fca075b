package io.concordance.bench.strategies;

import io.concordance.contracts.study.StudyReport;

/**
 * One study that was run.
 *
 * @param what {@code planted}, {@code shuffled}, {@code twin} or {@code steered}
 */
record Ran(Organism organism, String what, int seed, StudyReport report, StudiedFeatures features) {
    static final String PLANTED = "planted";
    static final String SHUFFLED = "shuffled";
    static final String TWIN = "twin";
    static final String STEERED = "steered";
}

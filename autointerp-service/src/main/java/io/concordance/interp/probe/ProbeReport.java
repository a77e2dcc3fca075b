package io.concordance.interp.probe;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The probes of an analysis.
 *
 * @param dictionary digest of the probe set, whose files lie where those of dictionaries do; null when no arm has enough bad
 *     and ok documents, or the analysed dictionary reads something else than activations
 * @param announced how many probes were announced as features: all but controls
 * @param probes in the order of rows, controls included
 * @param arms what the documents of every arm can say
 */
public record ProbeReport(@Nullable String dictionary, int announced, List<Probe> probes, List<ArmOutcomes> arms) {

    /** Without probes. */
    public static ProbeReport none(List<ArmOutcomes> arms) {
        return new ProbeReport(null, 0, List.of(), arms);
    }
}

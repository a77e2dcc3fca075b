package io.concordance.registry.study.strategy;

import io.concordance.contracts.study.StudyReport.Outcomes;
import io.concordance.contracts.study.StudyReport.StrategyResult;
import io.concordance.contracts.study.StudyReport.Transfer;
import io.concordance.registry.feature.Sufficiency;
import io.concordance.registry.study.peer.Probes.Arm;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a study's strategy table: each arm kind alone, with what its features and its probes would have caught.
 *
 * @param features evaluation of dictionary features; {@code probes} of the rows of the probe set
 * @param transfers how a candidate is held against its arm
 * @param arms what the documents of every arm can say
 * @param tried features of the dictionary
 */
public record StrategyTable(
        StrategyEvaluation features, StrategyEvaluation probes, Transfers transfers, List<Arm> arms, int tried) {
    /** The control's name in the place of an arm kind. */
    public static final String CONTROL = "random-direction";

    public StrategyResult row(String armKind, List<Candidate> found, List<Candidate> foundProbes) {
        return StrategyResult.of(
                armKind,
                found.size(),
                features.of(found),
                foundProbes.size(),
                foundProbes.isEmpty() ? null : probes.of(foundProbes),
                outcomes(armKind),
                transfer(found, foundProbes));
    }

    /** Of the best feature, or of the best probe where no feature qualifies. */
    private @Nullable Transfer transfer(List<Candidate> found, List<Candidate> foundProbes) {
        if (found.isEmpty()) {
            return foundProbes.isEmpty() ? null : transfers.of(foundProbes.getFirst(), probes);
        }
        return transfers.of(found.getFirst(), features);
    }

    /** As many random directions as probes, pooled, screened, calibrated and chosen alike. */
    public StrategyResult control(List<Candidate> found) {
        return StrategyResult.of(CONTROL, found.size(), probes.of(found), null, null, null, null);
    }

    private Outcomes outcomes(String armKind) {
        int bad = 0;
        int ok = 0;
        boolean sufficient = false;
        for (Arm arm : arms) {
            if (arm.armKind().equals(armKind)) {
                bad += arm.bad();
                ok += arm.ok();
                sufficient |=
                        Sufficiency.of(tried, arm.screenedBad(), arm.screenedOk(), arm.heldOutBad(), arm.heldOutOk());
            }
        }
        return new Outcomes(bad, ok, sufficient, Sufficiency.needed(tried));
    }
}

package io.concordance.registry.concern;

import io.concordance.registry.feature.Evidence;
import io.concordance.registry.feature.Feature;
import io.concordance.registry.feature.Grade;
import io.concordance.registry.feature.Grading;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A grade computed again from the evidence that is stored, beside the one that is stated.
 *
 * @param proposal the same for the latest proposal, which keeps the evidence it was made on; null when there is none
 */
record GradeCheck(
        Grade stated,
        Grade recomputed,
        boolean equal,
        List<OfArm> arms,
        @Nullable OfProposal proposal) {

    /**
     * What one arm's evidence, taken alone, amounts to.
     *
     * @param associates whether it reaches E1
     * @param causes whether it reaches E2
     */
    record OfArm(String arm, String armKind, boolean associates, boolean causes) {
        static OfArm of(Evidence evidence) {
            return new OfArm(
                    evidence.arm(), evidence.armKind(), Grading.associates(evidence), Grading.causes(evidence));
        }
    }

    /** @param round of the proposal */
    record OfProposal(int round, Grade stated, Grade recomputed, boolean equal, List<OfArm> arms) {
        static OfProposal of(Concern concern) {
            Grade again = Grading.grade(concern.evidence());
            return new OfProposal(
                    concern.round(),
                    concern.grade(),
                    again,
                    concern.grade() == again,
                    concern.evidence().stream().map(OfArm::of).toList());
        }
    }

    static GradeCheck of(Feature feature, @Nullable Concern concern) {
        Grade again = Grading.grade(feature.evidence());
        return new GradeCheck(
                feature.grade(),
                again,
                feature.grade() == again,
                feature.evidence().stream().map(OfArm::of).toList(),
                concern == null ? null : OfProposal.of(concern));
    }
}

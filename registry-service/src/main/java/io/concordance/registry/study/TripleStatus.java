package io.concordance.registry.study;

import io.concordance.contracts.study.Study.Scenario;
import io.concordance.contracts.study.StudyReport.FeatureResult;
import io.concordance.contracts.study.StudyReport.Outcomes;
import io.concordance.contracts.study.StudyReport.StrategyResult;
import io.concordance.contracts.study.StudyReport.Transfer;
import io.concordance.contracts.study.StudyReport.Triple;
import io.concordance.registry.feature.Grade;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** How far a study's evidence goes for what it asked about. Computed from the evidence, never typed. */
final class TripleStatus {
    private TripleStatus() {}

    /**
     * @param features proposed ones
     * @param strategies rows of the strategy table, the control among them
     */
    static Triple of(Scenario scenario, List<FeatureResult> features, List<StrategyResult> strategies) {
        List<String> reasons = new ArrayList<>();
        String status = features.isEmpty() ? unfound(strategies, reasons) : found(features, strategies, reasons);
        return new Triple(
                scenario.feature(), scenario.model(), scenario.action().contains(), status, reasons);
    }

    private static String unfound(List<StrategyResult> strategies, List<String> reasons) {
        List<StrategyResult> arms = strategies.stream()
                .filter(strategy -> strategy.outcomes() != null)
                .toList();
        boolean sufficient = false;
        for (StrategyResult arm : arms) {
            Outcomes outcomes = Objects.requireNonNull(arm.outcomes());
            sufficient |= outcomes.sufficient();
            reasons.add(arm.arm() + ": no feature qualifies, " + outcomes.bad() + " bad and " + outcomes.ok()
                    + " ok documents"
                    + (outcomes.sufficient() ? "" : ", " + outcomes.needed() + " of each would be needed"));
        }
        return sufficient ? "not-found" : "insufficient";
    }

    private static String found(List<FeatureResult> features, List<StrategyResult> strategies, List<String> reasons) {
        boolean causes = false;
        for (FeatureResult feature : features) {
            reasons.add("feature " + feature.index() + " has grade " + feature.grade());
            causes |= Grade.valueOf(feature.grade()).compareTo(Grade.E2) >= 0;
        }
        boolean carries = false;
        for (StrategyResult strategy : strategies) {
            Transfer transfer = strategy.transfer();
            if (transfer != null) {
                reasons.add(strategy.arm() + " to deployment: " + transfer.verdict() + ", " + transfer.reason());
                carries |= transfer.verdict().equals("holds");
            }
        }
        if (causes) {
            return carries ? "established" : "causes";
        }
        return carries ? "carries" : "associated";
    }
}

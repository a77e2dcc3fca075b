package io.concordance.monitor;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.release.ReleaseBundle;
import io.concordance.contracts.release.ReleaseManifest;
import io.concordance.contracts.release.ReleaseTensors;
import io.concordance.contracts.release.ReleasedFeature;
import io.concordance.contracts.release.RuleEvaluator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** A verified release, ready to evaluate. Usable from any thread. */
public final class ArmedMonitor {
    private final ReleaseBundle bundle;
    private final RuleEvaluator rules;
    private final Tally tally;

    /**
     * Arms with a verified bundle.
     *
     * @throws io.concordance.contracts.release.Refusal when the golden vectors come out differently here
     */
    ArmedMonitor(ReleaseBundle bundle) {
        this.bundle = bundle;
        this.tally = new Tally(bundle.digest());
        bundle.tensors().replayGolden();
        Map<String, Integer> rows = new HashMap<>();
        for (ReleasedFeature feature : bundle.manifest().features()) {
            rows.put(feature.uid(), rows.size());
        }
        ReleaseTensors tensors = bundle.tensors();
        this.rules = new RuleEvaluator(
                tensors.reader(),
                tensors.width(),
                tensors.threshold(),
                rows,
                bundle.manifest().rules());
    }

    public ReleaseManifest manifest() {
        return bundle.manifest();
    }

    /** Digest of the release. */
    public String digest() {
        return bundle.digest();
    }

    /**
     * Evaluates one session in which the model has written nothing yet and counts it.
     *
     * @param activations {@code [tokens, d]} row-major, at the release's hook point; the array may be longer
     * @return for every rule that fired its features that did, rules and features in manifest order; empty when none fired
     * @throws FieldProblem when there are too few values or one that reached a feature is not finite; nothing is counted
     */
    public List<Hit> evaluate(float[] activations, int tokens) {
        return evaluate(activations, tokens, tokens);
    }

    /**
     * Evaluates one session and counts it.
     *
     * @param activations {@code [tokens, d]} row-major, at the release's hook point; the array may be longer
     * @param firstOutput index of the first token that the model wrote, {@code tokens} when it wrote none: some rules
     *     count only tokens before it, or from it on
     * @return for every rule that fired its features that did, rules and features in manifest order; empty when none fired
     * @throws FieldProblem when there are too few values or one that reached a feature is not finite; nothing is counted
     */
    public List<Hit> evaluate(float[] activations, int tokens, int firstOutput) {
        List<RuleEvaluator.Fire> fires = rules.evaluate(activations, tokens, firstOutput);
        if (fires.isEmpty()) {
            tally.add(Set.of(), Set.of());
            return List.of();
        }
        tally.add(
                fires.stream().map(fire -> fire.rule().id()).collect(Collectors.toSet()),
                fires.stream().map(fire -> fire.leaf().feature()).collect(Collectors.toSet()));
        return fires.stream()
                .map(fire ->
                        new Hit(fire.rule().id(), fire.leaf().feature(), fire.token(), fire.value(), fire.threshold()))
                .toList();
    }

    Tally tally() {
        return tally;
    }
}

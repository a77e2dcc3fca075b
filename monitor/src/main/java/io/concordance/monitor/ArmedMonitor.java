package io.concordance.monitor;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.release.FeatureReader;
import io.concordance.contracts.release.ReleaseBundle;
import io.concordance.contracts.release.ReleaseManifest;
import io.concordance.contracts.release.ReleasedFeature;
import io.concordance.contracts.release.Rule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A verified release, ready to evaluate. Usable from any thread. */
public final class ArmedMonitor {
    private final ReleaseBundle bundle;
    private final FeatureReader reader;
    private final List<Watch> watches = new ArrayList<>();
    private final Tally tally;

    /** A rule with its features as rows of the tensors. */
    private record Watch(Rule rule, int[] rows) {}

    /**
     * Arms with a verified bundle.
     *
     * @throws io.concordance.contracts.release.Refusal when the golden vectors come out differently here
     */
    ArmedMonitor(ReleaseBundle bundle) {
        this.bundle = bundle;
        this.tally = new Tally(bundle.digest());
        bundle.tensors().replayGolden();
        this.reader = bundle.tensors().reader();
        Map<String, Integer> rows = new HashMap<>();
        for (ReleasedFeature feature : bundle.manifest().features()) {
            rows.put(feature.uid(), rows.size());
        }
        for (Rule rule : bundle.manifest().rules()) {
            watches.add(
                    new Watch(rule, rule.features().stream().mapToInt(rows::get).toArray()));
        }
    }

    public ReleaseManifest manifest() {
        return bundle.manifest();
    }

    /** Digest of the release. */
    public String digest() {
        return bundle.digest();
    }

    /**
     * Evaluates one session and counts it.
     *
     * @param activations {@code [tokens, d]} row-major, at the release's hook point; the array may be longer
     * @return for every rule that fired its features that did, rules and features in manifest order; empty when none fired
     * @throws FieldProblem when there are too few values or one that reached a feature is not finite; nothing is counted
     */
    public List<Hit> evaluate(float[] activations, int tokens) {
        int width = bundle.manifest().width();
        if (tokens < 0 || activations.length < (long) tokens * width) {
            throw new FieldProblem(
                    "activations",
                    activations.length + " values for " + tokens + " tokens",
                    "at least tokens * " + width + " values");
        }
        int features = bundle.tensors().features();
        float[] peaks = new float[features];
        int[] at = new int[features];
        Arrays.fill(peaks, Float.NEGATIVE_INFINITY);
        boolean[] broken = new boolean[1];
        reader.read(activations, tokens, (row, feature, value) -> {
            if (value > peaks[feature]) {
                peaks[feature] = value;
                at[feature] = row;
            }
            broken[0] |= !Float.isFinite(value);
        });
        if (broken[0]) {
            throw new FieldProblem("activations", null, "finite values");
        }
        List<Hit> hits = new ArrayList<>();
        List<String> fired = new ArrayList<>();
        for (Watch watch : watches) {
            collect(watch, peaks, at, hits, fired);
        }
        tally.add(fired);
        return hits;
    }

    private void collect(Watch watch, float[] peaks, int[] at, List<Hit> hits, List<String> fired) {
        float[] threshold = bundle.tensors().threshold();
        int above = 0;
        for (int row : watch.rows()) {
            if (peaks[row] > threshold[row]) {
                above++;
            }
        }
        if (above < watch.rule().atLeast()) {
            return;
        }
        fired.add(watch.rule().id());
        for (int row : watch.rows()) {
            if (peaks[row] > threshold[row]) {
                String uid = bundle.manifest().features().get(row).uid();
                hits.add(new Hit(watch.rule().id(), uid, at[row], peaks[row], threshold[row]));
            }
        }
    }

    Tally tally() {
        return tally;
    }
}

package io.concordance.registry.page;

import io.concordance.contracts.release.ReleaseManifest;
import io.concordance.contracts.release.ReleasedFeature;
import io.concordance.contracts.release.Rule;
import io.concordance.registry.page.FeaturePage.Fact;
import io.concordance.registry.release.Release;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a release's page says, as text.
 *
 * @param head whether its channel points to it
 * @param signatures what came of checking them as a monitor does
 * @param others releases that it can be compared with
 * @param diff against another release; null where there is none before it
 */
record ReleasePage(
        long version,
        String channel,
        String digest,
        boolean head,
        boolean expired,
        List<Fact> facts,
        Signatures signatures,
        List<FeatureLine> features,
        List<RuleLine> rules,
        List<Other> others,
        @Nullable Diff diff) {

    /**
     * @param problem why monitors would refuse it now; null when they would not
     * @param keys ids of the keys that signed its manifest
     */
    record Signatures(@Nullable String problem, List<String> keys) {}

    record FeatureLine(String uid, String label, String level, String grade, String rule, String threshold) {}

    record RuleLine(String id, String level, String says, int features) {}

    record Other(long version, boolean chosen) {}

    /** @param lines one a feature that differs */
    record Diff(long version, List<DiffLine> lines, int same) {}

    /** @param what {@code added}, {@code removed} or {@code changed} */
    record DiffLine(String what, String uid, String label, String before, String after) {}

    static FeatureLine line(ReleasedFeature feature) {
        return new FeatureLine(
                feature.uid(),
                label(feature),
                feature.level().wire(),
                feature.grade(),
                feature.rule(),
                Format.number(feature.threshold()));
    }

    static RuleLine line(Rule rule) {
        String says = rule.condition() == null
                ? rule.features().size() == 1
                        ? "its feature fires"
                        : "at least " + rule.atLeast() + " of "
                                + rule.features().size() + " fires"
                : "a condition over " + rule.features().size();
        return new RuleLine(
                rule.id(), rule.level().wire(), says, rule.features().size());
    }

    static Other other(Release release, @Nullable Long chosen) {
        return new Other(release.version(), chosen != null && chosen == release.version());
    }

    /** What changed from one release to another. */
    static Diff diff(ReleaseManifest before, ReleaseManifest after) {
        Map<String, ReleasedFeature> old = new LinkedHashMap<>();
        before.features().forEach(feature -> old.put(feature.uid(), feature));
        List<DiffLine> lines = new ArrayList<>();
        int same = 0;
        for (ReleasedFeature feature : after.features()) {
            ReleasedFeature was = old.remove(feature.uid());
            if (was == null) {
                lines.add(new DiffLine("added", feature.uid(), label(feature), "", terms(feature)));
            } else if (terms(was).equals(terms(feature)) && label(was).equals(label(feature))) {
                same++;
            } else {
                lines.add(new DiffLine("changed", feature.uid(), label(feature), terms(was), terms(feature)));
            }
        }
        old.values().forEach(gone -> lines.add(new DiffLine("removed", gone.uid(), label(gone), terms(gone), "")));
        return new Diff(before.version(), lines, same);
    }

    private static String terms(ReleasedFeature feature) {
        return feature.level().wire() + ", " + feature.grade() + ", above " + Format.number(feature.threshold());
    }

    private static String label(ReleasedFeature feature) {
        return feature.label() == null ? feature.uid() : TokenText.plain(feature.label());
    }
}

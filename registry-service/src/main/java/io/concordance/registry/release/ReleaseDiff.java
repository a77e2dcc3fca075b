package io.concordance.registry.release;

import io.concordance.contracts.release.ReleaseManifest;
import io.concordance.contracts.release.ReleasedFeature;
import io.concordance.contracts.release.Rule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What one release says otherwise than another. Features are the same by uid, rules by id; both lists are in the order of the
 * manifests.
 *
 * @param changes parts of the manifest outside features and rules that differ, by name
 * @param added features that only {@code to} has, as it states them; {@code removed} likewise of {@code from}
 * @param changed features that both have and state otherwise
 */
record ReleaseDiff(
        Side from,
        Side to,
        Map<String, Change> changes,
        List<ReleasedFeature> added,
        List<ReleasedFeature> removed,
        List<ChangedFeature> changed,
        Rules rules) {

    record Side(long version, String digest) {
        static Side of(ReleaseManifest manifest) {
            return new Side(manifest.version(), manifest.digest());
        }
    }

    /** A part as it was and as it is. */
    record Change(@Nullable Object before, @Nullable Object after) {}

    /** @param changes parts of the feature that differ, by name: threshold, label, level, grade, rule, evidence */
    record ChangedFeature(String uid, int index, Map<String, Change> changes) {}

    record Rules(List<Rule> added, List<Rule> removed, List<ChangedRule> changed) {}

    record ChangedRule(String id, Rule before, Rule after) {}

    static ReleaseDiff of(ReleaseManifest from, ReleaseManifest to) {
        Map<String, Change> changes = new LinkedHashMap<>();
        compare(changes, "model", from.model(), to.model());
        compare(changes, "hook", from.hook(), to.hook());
        compare(changes, "width", from.width(), to.width());
        compare(changes, "dtype", from.dtype(), to.dtype());
        compare(changes, "dictionary", from.dictionary(), to.dictionary());
        compare(changes, "tensors", from.tensors(), to.tensors());
        compare(changes, "expiresAt", from.expiresAt(), to.expiresAt());
        return new ReleaseDiff(
                Side.of(from),
                Side.of(to),
                changes,
                onlyIn(to.features(), from.features(), ReleasedFeature::uid),
                onlyIn(from.features(), to.features(), ReleasedFeature::uid),
                changed(from.features(), to.features()),
                new Rules(
                        onlyIn(to.rules(), from.rules(), Rule::id),
                        onlyIn(from.rules(), to.rules(), Rule::id),
                        changedRules(from.rules(), to.rules())));
    }

    private static void compare(
            Map<String, Change> changes, String name, @Nullable Object before, @Nullable Object after) {
        if (!Objects.equals(before, after)) {
            changes.put(name, new Change(before, after));
        }
    }

    private static <T> List<T> onlyIn(List<T> these, List<T> others, Function<T, String> key) {
        List<String> known = others.stream().map(key).toList();
        return these.stream().filter(each -> !known.contains(key.apply(each))).toList();
    }

    private static List<ChangedFeature> changed(List<ReleasedFeature> from, List<ReleasedFeature> to) {
        Map<String, ReleasedFeature> before =
                from.stream().collect(Collectors.toMap(ReleasedFeature::uid, Function.identity()));
        List<ChangedFeature> changed = new ArrayList<>();
        for (ReleasedFeature after : to) {
            ReleasedFeature was = before.get(after.uid());
            if (was == null) {
                continue;
            }
            Map<String, Change> changes = new LinkedHashMap<>();
            compare(changes, "threshold", was.threshold(), after.threshold());
            compare(changes, "label", was.label(), after.label());
            compare(changes, "level", was.level(), after.level());
            compare(changes, "grade", was.grade(), after.grade());
            compare(changes, "rule", was.rule(), after.rule());
            compare(changes, "evidence", was.evidence(), after.evidence());
            if (!changes.isEmpty()) {
                changed.add(new ChangedFeature(after.uid(), after.index(), changes));
            }
        }
        return changed;
    }

    private static List<ChangedRule> changedRules(List<Rule> from, List<Rule> to) {
        Map<String, Rule> before = from.stream().collect(Collectors.toMap(Rule::id, Function.identity()));
        List<ChangedRule> changed = new ArrayList<>();
        for (Rule after : to) {
            Rule was = before.get(after.id());
            if (was != null && !was.equals(after)) {
                changed.add(new ChangedRule(after.id(), was, after));
            }
        }
        return changed;
    }
}

package io.concordance.registry.release;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.release.ConcernLevel;
import io.concordance.contracts.release.Condition;
import io.concordance.contracts.release.Pooling;
import io.concordance.contracts.release.Rule;
import io.concordance.registry.release.ReleaseDraft.Entry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A rule that a release is to have, as asked for; nothing is checked yet. */
public record RuleOrder(
        @Nullable String id,
        @Nullable ConcernLevel level,
        @Nullable Condition condition) {
    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
    private static final int MOST = 100;

    /**
     * The rules of a release of these features.
     *
     * @throws FieldProblem when a rule is incomplete, names a feature that is not released, reads one in a way that its
     *     threshold was not calibrated for, is graver than what was approved of its features, or a feature has no rule
     */
    static List<Rule> rules(List<RuleOrder> orders, List<Entry> entries) {
        if (orders.isEmpty() || orders.size() > MOST) {
            throw new FieldProblem("rules", orders.size() + " rules", "1 to " + MOST);
        }
        Map<String, Entry> byUid = entries.stream()
                .collect(Collectors.toMap(entry -> entry.feature().uid(), Function.identity()));
        List<Rule> rules = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        Set<String> named = new HashSet<>();
        for (int i = 0; i < orders.size(); i++) {
            try {
                Rule rule = rule(orders.get(i), byUid);
                if (!ids.add(rule.id())) {
                    throw new FieldProblem("id", rule.id(), "each rule id once");
                }
                named.addAll(rule.features());
                rules.add(rule);
            } catch (FieldProblem e) {
                throw e.inside("rules[" + i + "]");
            }
        }
        for (Entry entry : entries) {
            if (!named.contains(entry.feature().uid())) {
                throw new FieldProblem("rules", entry.feature().uid(), "at least one rule for every feature");
            }
        }
        return rules;
    }

    private static Rule rule(@Nullable RuleOrder order, Map<String, Entry> byUid) {
        if (order == null || order.id == null || !ID.matcher(order.id).matches()) {
            throw new FieldProblem(
                    "id", order == null ? null : order.id, "up to 63 lower-case letters, digits and dashes");
        }
        if (order.level == null || order.condition == null) {
            throw new FieldProblem(order.level == null ? "level" : "condition", null, "a value");
        }
        Rule rule = Rule.of(order.id, order.level, order.condition);
        ConcernLevel gravest = ConcernLevel.LOW;
        for (Condition.Fires leaf : rule.leaves()) {
            Entry entry = byUid.get(leaf.feature());
            if (entry == null) {
                throw new FieldProblem("condition", leaf.feature(), "a feature of the release");
            }
            Pooling calibrated = entry.pooling();
            if (!leaf.pooling().isWithin(calibrated)) {
                throw new FieldProblem(
                        "condition", leaf, "a value that never exceeds the calibrated one, " + calibrated);
            }
            ConcernLevel approved = entry.concern().level();
            gravest = approved.compareTo(gravest) < 0 ? approved : gravest;
        }
        if (order.level.compareTo(gravest) < 0) {
            throw new FieldProblem(
                    "level", order.level.wire(), "at most " + gravest.wire() + ", the gravest level of its features");
        }
        return rule;
    }
}

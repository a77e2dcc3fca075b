package io.concordance.interp.label;

import io.concordance.interp.evidence.Site;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Predicts that a feature fires where all conditions hold. */
public record Rule(List<Condition> all) {
    public boolean predicts(Site site) {
        for (Condition condition : all) {
            if (!condition.holds(site)) {
                return false;
            }
        }
        return true;
    }

    /** The rule as a phrase that continues "fires": the token first, then its surroundings. */
    public String phrase(TokenText text) {
        String first = all.stream()
                .filter(c -> !(c instanceof Condition.Contains))
                .sorted(Comparator.comparingInt(Condition::order))
                .map(c -> c.phrase(text))
                .collect(Collectors.joining(" "));
        String contained = all.stream()
                .filter(c -> c instanceof Condition.Contains)
                .map(c -> c.phrase(text))
                .collect(Collectors.joining(" and "));
        if (contained.isEmpty()) {
            return first;
        }
        String context = "when the text before contains " + contained;
        return first.isEmpty() ? context : first + " " + context;
    }

    /** Keys in their order, so that the same rule is the same bytes. */
    public List<Map<String, Object>> json() {
        return all.stream()
                .<Map<String, Object>>map(condition -> new TreeMap<>(condition.json()))
                .toList();
    }
}

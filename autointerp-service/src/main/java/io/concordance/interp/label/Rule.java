package io.concordance.interp.label;

import io.concordance.interp.evidence.Site;
import java.util.List;
import java.util.Map;
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

    public String phrase(TokenText text) {
        return all.stream().map(c -> c.phrase(text)).collect(Collectors.joining(" "));
    }

    public List<Map<String, Object>> json() {
        return all.stream().map(Condition::json).toList();
    }
}

package io.concordance.capture.intervention;

import io.concordance.capture.model.graph.EditSite;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * The interventions of a job and which of its arms make which.
 *
 * @param all with distinct names
 * @param arms names of each arm's interventions, by arm; at one hook they are made in this order
 */
public record JobInterventions(List<Intervention> all, Map<String, List<String>> arms) {
    public static final JobInterventions NONE = new JobInterventions(List.of(), Map.of());

    public JobInterventions {
        all = List.copyOf(all);
        arms = Map.copyOf(arms);
    }

    public boolean any(String arm) {
        return !names(arm).isEmpty();
    }

    private List<String> names(String arm) {
        return arms.getOrDefault(arm, List.of());
    }

    /** An arm's interventions, in its order. */
    public List<Intervention> of(String arm) {
        return names(arm).stream().map(this::named).toList();
    }

    private Intervention named(String name) {
        return all.stream().filter(i -> i.name().equals(name)).findFirst().orElseThrow();
    }

    /** Those whose scale is relative to the model's own values. */
    public List<Intervention> measured() {
        return all.stream().filter(Intervention::isMeasured).toList();
    }

    /** One set of sites for all arms, so that they share a session. */
    public List<EditSite> sites() {
        Map<String, EditSite> sites = new LinkedHashMap<>();
        for (Intervention intervention : all) {
            String tensor = intervention.tensor();
            ToIntFunction<String> used = arm -> (int)
                    of(arm).stream().filter(i -> i.tensor().equals(tensor)).count();
            int slots = arms.keySet().stream().mapToInt(used).max().orElse(0);
            if (slots > 0) {
                EditSite earlier = sites.get(tensor);
                boolean topK = intervention.isTopK() || earlier != null && earlier.topK();
                sites.put(tensor, new EditSite(tensor, intervention.width(), slots, topK));
            }
        }
        return new ArrayList<>(sites.values());
    }
}

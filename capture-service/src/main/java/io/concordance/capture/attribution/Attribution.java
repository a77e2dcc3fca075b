package io.concordance.capture.attribution;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A checked request, as a job keeps and shows it.
 *
 * @param dictionary digest
 * @param gradients whether every feature is attributed by gradients
 * @param steps of integrated gradients; 0 for none
 * @param ablate features to remove, ascending, one list for each removal; null for none
 */
public record Attribution(
        String dictionary,
        OutcomeMetric metric,
        boolean gradients,
        int steps,
        @Nullable List<List<Integer>> ablate) {

    public Attribution {
        ablate = ablate == null ? null : ablate.stream().map(List::copyOf).toList();
    }

    @JsonIgnore
    public List<List<Integer>> groups() {
        return ablate == null ? List.of() : ablate;
    }
}

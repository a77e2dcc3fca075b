package io.concordance.interp.feature;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.interp.position.Positioning;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which features a list shows.
 *
 * @param minFirings fewest firings
 * @param positioning what they answer to; null for any
 */
record FeatureFilter(long minFirings, @Nullable String positioning) {
    static FeatureFilter of(long minFirings, @Nullable String positioning) {
        List<String> known =
                Arrays.stream(Positioning.values()).map(Positioning::text).toList();
        if (positioning != null && !known.contains(positioning)) {
            throw new FieldProblem("positioning", positioning, "one of " + String.join(", ", known));
        }
        if (minFirings < 0) {
            throw new FieldProblem("minFirings", minFirings, "at least 0");
        }
        return new FeatureFilter(minFirings, positioning);
    }
}

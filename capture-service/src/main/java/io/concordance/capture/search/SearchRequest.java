package io.concordance.capture.search;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a caller asks for; nothing is checked yet.
 *
 * @param target where change is measured: a hook point, or {@code logits} when absent
 * @param directions how many at each radius, 16 when absent
 * @param radius lengths, in mean lengths of the stream at the job's hook
 * @param steps of each ascent, 15 when absent
 * @param seed 0 when absent
 */
public record SearchRequest(
        @Nullable String target,
        @Nullable Integer directions,
        @Nullable List<@Nullable Double> radius,
        @Nullable Integer steps,
        @Nullable Long seed) {}

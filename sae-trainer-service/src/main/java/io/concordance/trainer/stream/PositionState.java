package io.concordance.trainer.stream;

import io.concordance.contracts.dictionary.PositionOffsets;
import io.concordance.contracts.statistics.ExplainedVariance;
import org.jspecify.annotations.Nullable;

/**
 * What a run knows about position.
 *
 * @param explained how much of the variance of the rows looked at their position explains
 * @param offsets what is subtracted; null for a run that leaves it
 */
public record PositionState(
        ExplainedVariance explained, @Nullable PositionOffsets offsets) {}

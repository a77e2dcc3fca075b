package io.concordance.capture.intervention;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a caller asks for; nothing is checked yet.
 *
 * @param vector the direction, value by value
 * @param heads of the hook, where the hook point does not say
 * @param scale 1, absolute, when absent
 * @param positions {@code "all"} when absent, {@code "last"}, {@code "prompt"}, {@code "generated"}, or a list of
 *     token positions
 */
public record InterventionRequest(
        @Nullable String name,
        @Nullable String hook,
        @Nullable String kind,
        @Nullable List<@Nullable Double> vector,
        @Nullable Direction direction,
        @Nullable Feature feature,
        @Nullable String dictionary,
        @Nullable List<@Nullable Integer> features,
        @Nullable Integer head,
        @Nullable Integer heads,
        @Nullable Scale scale,
        @Nullable JsonNode positions) {

    public record Direction(@Nullable String key, @Nullable String sha256) {}

    public record Feature(
            @Nullable String dictionary, @Nullable Integer index) {}

    public record Scale(@Nullable Double value, @Nullable String unit) {}
}

package io.concordance.interp.iti;

import io.concordance.interp.probe.HeadRead;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a caller asks for; nothing is checked yet.
 *
 * @param hooks all of the model that have heads when absent
 * @param benign what {@code labelled} names when absent
 * @param read {@code last-prompt} when absent
 * @param positions {@code last} when absent
 */
record ItiRequest(
        @Nullable String model,
        @Nullable List<@Nullable String> hooks,
        @Nullable String labelled,
        @Nullable String calibration,
        @Nullable String evaluation,
        @Nullable String benign,
        @Nullable HeadRead read,
        @Nullable List<@Nullable Integer> heads,
        @Nullable List<@Nullable Double> alphas,
        ItiOrder.@Nullable Positions positions,
        @Nullable Write write,
        @Nullable Persona persona,
        @Nullable Integer examples,
        @Nullable List<@Nullable String> hedges,
        @Nullable Double mostKl,
        @Nullable StyleOnly styleOnly,
        @Nullable String question,
        @Nullable Integer pairs,
        @Nullable Long seed) {

    record Write(@Nullable Integer tokens, @Nullable List<@Nullable String> stop) {}

    record Persona(@Nullable String words, @Nullable String behind) {}

    record StyleOnly(
            @Nullable String model,
            @Nullable List<@Nullable String> hooks,
            @Nullable String labelled,
            @Nullable String evaluation) {}
}

package io.concordance.capture.generation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an arm wants the model to write; nothing is checked yet. */
public record GenerationRequest(
        @Nullable Integer tokens,
        @Nullable Double temperature,
        @Nullable Double topP,
        @Nullable Long seed,
        @Nullable List<@Nullable String> stop,
        @Nullable String replay,
        @Nullable Action action) {

    /** What counts as the bad outcome of a text the model wrote. */
    public record Action(@Nullable String kind, @Nullable String contains) {}
}

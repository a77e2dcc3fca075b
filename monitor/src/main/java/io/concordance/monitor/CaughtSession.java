package io.concordance.monitor;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * A session on which a rule fired, as the monitor has it.
 *
 * @param tokens ids, {@code [tokens]}
 * @param activations {@code [tokens, d]} row-major, at the release's hook point; the array may be longer
 * @param firstOutput index of the first token that the model wrote, {@code tokens} when it wrote none
 * @param name the monitor's own for the session, null for none
 * @param transcript one transcript as a line of a transcript file holds it, outcome {@code unknown}; null where there is no
 *     text, and the session can be neither replayed nor learnt from
 * @param verbatim whether span texts were read as they are though the model has a chat template
 */
@SuppressWarnings("ArrayRecordComponent") // only ever handed through
public record CaughtSession(
        int[] tokens,
        float[] activations,
        int firstOutput,
        @Nullable String name,
        @Nullable JsonNode transcript,
        boolean verbatim) {}

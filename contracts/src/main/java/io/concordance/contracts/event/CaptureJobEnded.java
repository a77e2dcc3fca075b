package io.concordance.contracts.event;

import org.jspecify.annotations.Nullable;

/**
 * A capture job came to an end. A completed one may be extended; it is then announced again with more slices, and ends
 * again.
 *
 * @param state {@code completed}, {@code failed} or {@code cancelled}
 * @param slices slices it had then; all of them are done when it is completed
 * @param problem why it failed, only then
 */
public record CaptureJobEnded(
        String jobId, String state, int slices, @Nullable String problem) {}

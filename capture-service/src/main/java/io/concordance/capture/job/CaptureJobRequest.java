package io.concordance.capture.job;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a caller asks for; nothing is checked yet.
 *
 * @param dtype {@code fp16} when absent
 * @param contextPolicy {@code truncate} when absent
 * @param positionMeans false when absent
 */
record CaptureJobRequest(
        @Nullable String model,
        @Nullable List<@Nullable String> hooks,
        @Nullable String role,
        @Nullable String dtype,
        @Nullable String contextPolicy,
        @Nullable Boolean positionMeans,
        @Nullable List<@Nullable Arm> arms) {

    /** @param transcripts digest of an uploaded file */
    record Arm(
            @Nullable String name,
            @Nullable String kind,
            @Nullable String transcripts) {}
}

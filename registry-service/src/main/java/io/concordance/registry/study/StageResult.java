package io.concordance.registry.study;

import io.concordance.contracts.json.Json;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * How one attempt at a stage ended.
 *
 * @param output JSON to keep, or null to keep what was there
 */
record StageResult(
        boolean completed,
        long done,
        long total,
        String unit,
        @Nullable String note,
        @Nullable String output) {

    /** The stage has to wait for somebody. */
    static StageResult waiting(long done, long total, String unit, @Nullable String note) {
        return new StageResult(false, done, total, unit, note, null);
    }

    /** The stage is complete. */
    static StageResult completed(long total, String unit, @Nullable String note, Object output) {
        return new StageResult(true, total, total, unit, note, json(output));
    }

    /** The stage has to wait, and has something to remember. */
    StageResult keeping(Object value) {
        return new StageResult(completed, done, total, unit, note, json(value));
    }

    private static String json(Object value) {
        return new String(Json.bytes(value), StandardCharsets.UTF_8);
    }
}

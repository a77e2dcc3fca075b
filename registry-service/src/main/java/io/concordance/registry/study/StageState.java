package io.concordance.registry.study;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How far a stage is. */
enum StageState {
    WAITING,
    RUNNING,
    COMPLETED,
    FAILED;

    @JsonValue
    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}

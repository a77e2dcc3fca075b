package io.concordance.registry.study;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How far a study is. */
enum StudyState {
    RUNNING,
    COMPLETED,
    FAILED;

    @JsonValue
    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean ended() {
        return this != RUNNING;
    }
}

package io.concordance.trainer;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/** Small windows and frequent checkpoints, so that a run of seconds has many of both. */
public final class SmallWindows implements QuarkusTestProfile {
    static final int WINDOW_ROWS = 1000;

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "quarkus.http.test-port", "0",
                "concordance.trainer.window-rows", Integer.toString(WINDOW_ROWS),
                "concordance.trainer.checkpoint-every", "200ms",
                "concordance.trainer.turn", "500ms",
                "concordance.trainer.announcement-grace", "300ms",
                "concordance.trainer.cache-dir", "target/trainer-cache");
    }
}

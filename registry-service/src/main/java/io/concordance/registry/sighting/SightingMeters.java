package io.concordance.registry.sighting;

import io.concordance.contracts.event.SightingReported;
import io.concordance.contracts.release.ConcernLevel;
import io.concordance.contracts.release.ReleaseManifest;
import io.concordance.contracts.release.Rule;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.EnumMap;
import java.util.Map;

/** Counts what monitors in deployment reported here: sessions that they watched, and fires of rules by level. */
@ApplicationScoped
class SightingMeters {
    private final Counter sessions;
    private final Map<ConcernLevel, Counter> fires = new EnumMap<>(ConcernLevel.class);

    SightingMeters(MeterRegistry registry) {
        sessions = registry.counter("concordance.registry.exposure.sessions");
        // All from the beginning, so that the first fire is an increase.
        for (ConcernLevel level : ConcernLevel.values()) {
            fires.put(level, registry.counter("concordance.registry.fires", "level", level.wire()));
        }
    }

    /** A report of deployment was kept. A session on which rules of several levels fired counts for each. */
    void reported(SightingReported report, ReleaseManifest manifest) {
        sessions.increment(report.sessions());
        for (Rule rule : manifest.rules()) {
            Counter counter = fires.get(rule.level());
            if (counter != null) {
                counter.increment(report.firesByRule().getOrDefault(rule.id(), 0L));
            }
        }
    }
}

package io.concordance.interp.analysis;

import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.FeatureAttributed;
import io.concordance.contracts.event.FeatureDiscovered;
import io.concordance.contracts.event.FeatureExplained;
import io.concordance.contracts.feature.FeatureUids;
import io.concordance.contracts.release.Pooling;
import io.concordance.interp.probe.Probe;
import io.concordance.interp.probe.ProbeReport;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The events that announce probes: to whoever hears them a probe is a feature of the probe set. Controls are not announced.
 * Ids follow from the analysis and the probe.
 */
final class ProbeFindings {
    private static final String EXPLAINER = "probe";
    private static final String VERSION = "1";
    private static final String TRUST_TIER = "offline-statistics";

    private ProbeFindings() {}

    static List<Event<?>> of(AnalysisTask task, ProbeReport report, Instant time) {
        List<Event<?>> events = new ArrayList<>();
        String set = report.dictionary();
        if (set == null) {
            return events;
        }
        for (Probe probe : report.probes()) {
            if (probe.control()) {
                continue;
            }
            String uid = FeatureUids.of(set, probe.index());
            add(
                    events,
                    task,
                    uid,
                    set,
                    time,
                    new FeatureDiscovered(uid, set, task.run(), task.model(), task.hook(), probe.index(), "new", 0, 0));
            add(
                    events,
                    task,
                    uid,
                    uid,
                    time,
                    new FeatureExplained(
                            uid, set, probe.index(), label(probe), EXPLAINER, VERSION, TRUST_TIER, 0, null));
            add(
                    events,
                    task,
                    uid,
                    uid,
                    time,
                    new FeatureAttributed(
                            uid,
                            set,
                            probe.index(),
                            probe.arm(),
                            probe.armKind(),
                            probe.screen(),
                            probe.calibration(),
                            null,
                            null,
                            probe.pooling()));
        }
        return events;
    }

    private static String label(Probe probe) {
        Pooling pooling = probe.pooling();
        String how = switch (pooling.over()) {
            case MEAN -> "mean over the prompt";
            case LAST -> "last token of the prompt";
            case MAX ->
                pooling.tokens() == 1
                        ? "highest token of the prompt"
                        : "at least " + pooling.tokens() + " tokens of the prompt";
        };
        String kind = probe.kind() == Probe.Kind.LOGISTIC ? "logistic" : "mass-mean";
        return "linear probe (" + kind + ", " + how + ") of bad outcomes in arm " + probe.arm();
    }

    private static <T> void add(
            List<Event<?>> events, AnalysisTask task, String uid, String key, Instant time, T data) {
        String type = data.getClass().getSimpleName();
        String name = String.join("\n", task.id().toString(), type, uid);
        UUID id = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
        events.add(new Event<>(id.toString(), Findings.SOURCE, type, key, time, data));
    }
}

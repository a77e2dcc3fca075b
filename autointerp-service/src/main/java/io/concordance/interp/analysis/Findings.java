package io.concordance.interp.analysis;

import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.FeatureAttributed;
import io.concordance.contracts.event.FeatureExplained;
import io.concordance.interp.evidence.Scope;
import io.concordance.interp.feature.FeatureReport;
import io.concordance.interp.outcome.Attribution;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The events that an analysis ends in: a label and a positioning for every feature that fired, and an attribution for every feature and arm
 * in which a bad document made it fire in time. Ids follow from the analysis and the feature, so a repeat is recognised as one.
 */
final class Findings {
    static final String SOURCE = "/concordance/autointerp";

    private final String edition;
    private final Instant time;
    private final List<Event<?>> events = new ArrayList<>();

    /** @param edition tells the findings of an extended analysis from its earlier ones; empty for the first */
    Findings(String edition, Instant time) {
        this.edition = edition;
        this.time = time;
    }

    void add(FeatureReport report, List<Attribution> attributions) {
        FeatureReport.Label label = report.label();
        if (label == null || report.firings() == 0) {
            return;
        }
        add(
                report,
                "",
                new FeatureExplained(
                        report.uid(),
                        report.dictionary(),
                        report.index(),
                        label.text(),
                        label.explainer(),
                        label.explainerVersion(),
                        label.trustTier(),
                        report.firings(),
                        score(label.score())));
        add(report, "", report.positioned());
        for (Attribution a : attributions) {
            if (a.scope() == Scope.PUBLISHED) {
                add(
                        report,
                        a.arm().name() + "/" + a.arm().kind(),
                        new FeatureAttributed(
                                report.uid(),
                                report.dictionary(),
                                report.index(),
                                a.arm().name(),
                                a.arm().kind(),
                                a.screen(),
                                a.heldOut()));
            }
        }
    }

    private static FeatureExplained.@Nullable Score score(FeatureReport.@Nullable LabelScore score) {
        return score == null
                ? null
                : new FeatureExplained.Score(
                        score.kind(),
                        score.detection().value(),
                        score.detection().low(),
                        score.detection().high(),
                        score.detection().n(),
                        score.parseFailures());
    }

    private <T> void add(FeatureReport report, String part, T data) {
        String type = data.getClass().getSimpleName();
        String name = String.join("\n", report.analysis(), type, report.uid(), part + edition);
        UUID id = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
        events.add(new Event<>(id.toString(), SOURCE, type, report.uid(), time, data));
    }

    List<Event<?>> events() {
        return events;
    }
}

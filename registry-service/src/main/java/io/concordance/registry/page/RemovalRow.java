package io.concordance.registry.page;

import io.concordance.contracts.event.FeatureAttributed.Ablation;
import io.concordance.contracts.event.FeatureAttributed.Contrast;
import io.concordance.contracts.event.FeatureAttributed.Gradient;
import io.concordance.registry.feature.Evidence;
import io.concordance.registry.feature.Grading;
import io.concordance.registry.page.Format.Estimate;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What removing a feature changes, as a row of a table.
 *
 * @param with other features that were removed with it; empty when it was removed alone
 */
record RemovalRow(
        String arm,
        String with,
        int transcripts,
        Estimate effect,
        Estimate gradient,
        Estimate necessity,
        String acts,
        Estimate sufficiency,
        boolean causes) {

    /** Rows of the arms in which the feature was removed. */
    static List<RemovalRow> of(List<Evidence> evidence, int feature) {
        return evidence.stream()
                .flatMap(e -> e.ablation() == null ? Stream.empty() : Stream.of(row(e, e.ablation(), feature)))
                .toList();
    }

    private static RemovalRow row(Evidence evidence, Ablation ablation, int feature) {
        Gradient gradient = evidence.gradient();
        Contrast necessity = ablation.necessity();
        return new RemovalRow(
                evidence.arm(),
                ablation.features().stream()
                        .filter(other -> other != feature)
                        .map(String::valueOf)
                        .collect(Collectors.joining(", ")),
                ablation.transcripts(),
                Format.bounded(ablation.effect(), ablation.low(), ablation.high()),
                gradient == null ? Estimate.NONE : Format.bounded(gradient.effect(), gradient.low(), gradient.high()),
                share(necessity),
                necessity == null
                        ? ""
                        : necessity.bad() + " → " + necessity.badChanged() + " of " + necessity.transcripts(),
                share(ablation.sufficiency()),
                Grading.causes(evidence));
    }

    private static Estimate share(@Nullable Contrast contrast) {
        return contrast == null ? Estimate.NONE : Format.bounded(contrast.value(), contrast.low(), contrast.high());
    }
}

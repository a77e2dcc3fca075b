package io.concordance.registry.sighting;

import io.concordance.contracts.statistics.Proportion;
import java.time.Instant;

/**
 * What deployment has shown of a feature in a model under one threshold, level and label.
 *
 * @param model digest of the model's ONNX file
 * @param rate sessions that it fired on, with the exact 95 % interval
 */
public record Exposure(
        long id, String feature, String model, Terms terms, Instant since, Proportion rate, ExposureClock clock) {
    Exposure(long id, String feature, String model, Terms terms, Instant since, ExposureClock clock) {
        this(id, feature, model, terms, since, Proportion.of(clock.fires(), clock.sessions()), clock);
    }
}

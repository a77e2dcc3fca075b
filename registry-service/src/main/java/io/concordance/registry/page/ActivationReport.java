package io.concordance.registry.page;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * The part of autointerp's feature report that the page shows. Read leniently: what is missing is empty.
 *
 * @param maximum largest activation seen, the scale of every highlight
 * @param threshold the dictionary's own
 */
record ActivationReport(long firings, long rows, double maximum, double threshold, List<ArmDensity> arms) {

    /** Activations of one arm by size. */
    record ArmDensity(
            String arm,
            String kind,
            long rows,
            long firings,
            double rate,
            double rateLow,
            double rateHigh,
            double maximum,
            List<Bin> bins) {}

    /** Activations in {@code [from, to)}. */
    record Bin(double from, double to, long count) {}

    static ActivationReport of(JsonNode json) {
        List<ArmDensity> arms = new ArrayList<>();
        json.path("arms").forEach(arm -> arms.add(density(arm)));
        return new ActivationReport(
                json.path("firings").asLong(),
                json.path("rows").asLong(),
                json.path("maximum").asDouble(),
                json.path("threshold").asDouble(),
                arms);
    }

    private static ArmDensity density(JsonNode arm) {
        List<Bin> bins = new ArrayList<>();
        arm.path("density")
                .forEach(bin -> bins.add(new Bin(
                        bin.path("from").asDouble(),
                        bin.path("to").asDouble(),
                        bin.path("count").asLong())));
        return new ArmDensity(
                arm.path("arm").asText(),
                arm.path("kind").asText(),
                arm.path("rows").asLong(),
                arm.path("firings").asLong(),
                arm.path("rate").asDouble(),
                arm.path("rateLow").asDouble(),
                arm.path("rateHigh").asDouble(),
                arm.path("maximum").asDouble(),
                bins);
    }
}

package io.concordance.registry.page;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * The part of autointerp's feature report that the page shows. Read leniently: what is missing is empty.
 *
 * @param maximum largest activation seen, the scale of every highlight
 * @param threshold the dictionary's own
 * @param tabs examples by arm, after the strongest over all
 */
record ActivationReport(
        long firings, long rows, double maximum, double threshold, List<ArmDensity> arms, List<Tab> tabs) {

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

    record Tab(String name, List<Example> examples) {}

    /**
     * One firing in its context.
     *
     * @param peak index of the firing in the window
     * @param output index of the first token that the model wrote, -1 when there is none
     * @param first token position of the window's first token
     */
    record Example(
            String document,
            String arm,
            String outcome,
            double value,
            int peak,
            int output,
            int first,
            List<String> tokens,
            List<Double> activations) {}

    static ActivationReport of(JsonNode json) {
        List<Tab> tabs = new ArrayList<>();
        JsonNode examples = json.path("examples");
        add(tabs, "strongest", examples.path("top"));
        examples.path("arms").forEach(arm -> add(tabs, arm.path("arm").asText(), arm.path("top")));
        add(tabs, "weak to strong", examples.path("quantiles"));
        List<ArmDensity> arms = new ArrayList<>();
        json.path("arms").forEach(arm -> arms.add(density(arm)));
        return new ActivationReport(
                json.path("firings").asLong(),
                json.path("rows").asLong(),
                json.path("maximum").asDouble(),
                json.path("threshold").asDouble(),
                arms,
                tabs);
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

    private static void add(List<Tab> tabs, String name, JsonNode shown) {
        List<Example> examples = new ArrayList<>();
        shown.forEach(example -> examples.add(example(example)));
        if (!examples.isEmpty()) {
            tabs.add(new Tab(name, examples));
        }
    }

    private static Example example(JsonNode shown) {
        List<String> tokens = new ArrayList<>();
        shown.path("tokens").forEach(token -> tokens.add(token.asText()));
        List<Double> activations = new ArrayList<>();
        shown.path("activations").forEach(value -> activations.add(value.asDouble()));
        int peak = shown.path("peak").asInt();
        return new Example(
                shown.path("document").asText(),
                shown.path("arm").asText(),
                shown.path("outcome").asText(),
                shown.path("value").asDouble(),
                peak,
                shown.path("output").asInt(-1),
                shown.path("position").asInt() - peak,
                tokens,
                activations);
    }
}

package io.concordance.registry.page;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * Some of a feature's examples, as autointerp answers. Read leniently: what is missing is empty.
 *
 * @param tabs what there is to choose from
 * @param tab the one that {@code examples} are of
 * @param from number of the first of them in their tab
 */
record ExamplePage(List<Tab> tabs, String tab, int from, List<Example> examples) {

    /**
     * Examples that are shown together.
     *
     * @param name as it is asked for
     * @param size how many there are
     */
    record Tab(String name, int size) {
        private static final String ARM = "arm:";

        /** What people call it. */
        String title() {
            return switch (name) {
                case "top" -> "strongest";
                case "quantiles" -> "weak to strong";
                default -> name.startsWith(ARM) ? name.substring(ARM.length()) : name;
            };
        }
    }

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

    static ExamplePage of(JsonNode json) {
        List<Tab> tabs = new ArrayList<>();
        for (JsonNode tab : json.path("tabs")) {
            if (tab.path("examples").asInt() > 0) {
                tabs.add(new Tab(tab.path("tab").asText(), tab.path("examples").asInt()));
            }
        }
        List<Example> examples = new ArrayList<>();
        json.path("items").forEach(shown -> examples.add(example(shown)));
        return new ExamplePage(
                tabs, json.path("tab").asText(), json.path("from").asInt(), examples);
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

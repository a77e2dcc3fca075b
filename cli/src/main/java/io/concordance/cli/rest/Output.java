package io.concordance.cli.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.cli.CommandFailure;
import io.concordance.contracts.json.Json;
import java.util.List;

/** Answers on standard output. */
public final class Output {
    private Output() {}

    /** A document, indented. */
    public static void print(JsonNode document) {
        try {
            System.out.println(Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(document));
        } catch (JsonProcessingException e) {
            throw new CommandFailure("not printable as JSON", e);
        }
    }

    /** A page of items as an aligned table of the given fields ({@code slices.done} reaches inside). */
    public static void list(JsonNode page, List<String> fields) {
        Table table = new Table(fields.toArray(new String[0]));
        for (JsonNode item : page.path("items")) {
            table.row(fields.stream()
                    .map(field -> item.at("/" + field.replace('.', '/')).asText())
                    .toArray(String[]::new));
        }
        table.lines().forEach(System.out::println);
        if (page.hasNonNull("next")) {
            System.out.println("  more: --cursor " + page.path("next").asText());
        }
    }
}

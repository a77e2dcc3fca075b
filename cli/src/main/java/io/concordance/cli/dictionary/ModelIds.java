package io.concordance.cli.dictionary;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.cli.CommandFailure;
import io.concordance.cli.rest.Api;
import java.util.Set;
import java.util.TreeSet;

/** Registered models by name. */
final class ModelIds {
    private ModelIds() {}

    /** The id of the model with this id or, if there is one alone, this name. */
    static String find(Api capture, String reference) {
        Set<String> named = new TreeSet<>();
        String query = "?limit=200";
        while (true) {
            JsonNode page = capture.get("v1/models" + query);
            for (JsonNode model : page.path("items")) {
                String id = model.path("id").asText();
                if (id.equals(reference)) {
                    return id;
                }
                if (model.path("name").asText().equals(reference)) {
                    named.add(id);
                }
            }
            if (!page.hasNonNull("next")) {
                break;
            }
            query = "?limit=200&cursor=" + page.path("next").asText();
        }
        if (named.size() != 1) {
            throw new CommandFailure(
                    "--model: given '" + reference + "', expected the id or the name of a registered model"
                            + (named.isEmpty() ? "" : "; these have that name: " + String.join(", ", named)));
        }
        return named.iterator().next();
    }
}

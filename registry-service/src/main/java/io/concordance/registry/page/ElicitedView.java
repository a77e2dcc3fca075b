package io.concordance.registry.page;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * The best input that was found by searching, as text. Read leniently: what is missing is empty.
 *
 * @param spent inputs and tokens that were run
 * @param reached the best activation against the threshold
 */
record ElicitedView(boolean fired, String spent, String reached, List<Token> tokens) {

    record Token(String text, String title, boolean peak) {}

    static ElicitedView of(JsonNode elicited) {
        List<Token> tokens = new ArrayList<>();
        for (JsonNode text : elicited.path("tokens")) {
            int at = tokens.size();
            tokens.add(new Token(
                    TokenText.visible(text.asText()),
                    "position " + at + ", before the threshold "
                            + Format.number(
                                    elicited.path("preActivations").path(at).asDouble()),
                    at == elicited.path("peak").asInt(-1)));
        }
        String threshold = Format.number(elicited.path("threshold").asDouble());
        return new ElicitedView(
                elicited.path("fired").asBoolean(),
                Format.count(elicited.path("tried").asLong()) + " inputs, "
                        + Format.count(elicited.path("forwardTokens").asLong()) + " tokens",
                Format.number(elicited.path("best").asDouble()) + " against a threshold of " + threshold
                        + (elicited.hasNonNull("share")
                                ? ", " + Format.number(elicited.path("share").asDouble()) + " of it"
                                : ""),
                tokens);
    }
}

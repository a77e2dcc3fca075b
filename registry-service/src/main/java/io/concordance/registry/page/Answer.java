package io.concordance.registry.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import org.jspecify.annotations.Nullable;

/**
 * What came of asking another service. To be read leniently: what is missing is empty.
 *
 * @param json the answer; a missing node where there is none
 * @param problem why there is none, in a sentence for the page; null when there is one
 * @param unknown whether the service answered that it does not know
 */
record Answer(JsonNode json, @Nullable String problem, boolean unknown) {

    static Answer of(JsonNode json) {
        return new Answer(json, null, false);
    }

    static Answer none(String problem) {
        return new Answer(MissingNode.getInstance(), problem, false);
    }

    static Answer unknown(String problem) {
        return new Answer(MissingNode.getInstance(), problem, true);
    }
}

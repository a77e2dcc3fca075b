package io.concordance.registry.study.peer;

import java.util.List;

/** A model that capture has. */
public record RegisteredModel(String id, String name) {

    /** Some of them. */
    public record Listing(List<RegisteredModel> items) {}
}

package io.concordance.registry.study.peer;

import io.concordance.contracts.event.ObjectRef;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the attributions of a job's slices lie. */
public record AttributionPage(List<Item> items, @Nullable String next) {
    public record Item(int slice, String arm, int documents, ObjectRef object) {}
}

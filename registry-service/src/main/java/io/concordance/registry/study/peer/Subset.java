package io.concordance.registry.study.peer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some documents of an uploaded file, as capture-service made a file of them.
 *
 * @param digest null when there are none
 * @param matching documents that fit, of which the file may be a sample
 */
public record Subset(@Nullable String digest, int documents, int matching) {

    /** Which documents: of a split or of all, with these outcomes, at most so many. */
    public record Order(@Nullable String split, List<String> outcomes, int most, long seed) {}
}

package io.concordance.registry.page;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the list of features says.
 *
 * @param next cursor of the page behind this one; null on the last one
 */
record FeatureListPage(
        List<FeatureRow> features,
        List<Choice> grades,
        List<Choice> levels,
        List<Choice> states,
        String dictionary,
        @Nullable String next) {

    /** An option of a filter. */
    record Choice(String value, boolean chosen) {}
}

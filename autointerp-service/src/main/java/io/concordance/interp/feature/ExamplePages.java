package io.concordance.interp.feature;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.interp.feature.PostgresFeatures.Examples;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Examples of features, some at a time. Those of features asked for lately are kept as they lie in the object store, with
 * where each begins, so that a page of ten thousand costs what a page of ten does.
 */
@ApplicationScoped
class ExamplePages {
    private static final long MOST_KEPT = 64L << 20;
    private static final int MOST = 500;

    private final ExampleBlocks blocks;
    private final Map<Examples, ExampleIndex> kept = new LinkedHashMap<>(16, 0.75f, true);
    private long weight;

    ExamplePages(ExampleBlocks blocks) {
        this.blocks = blocks;
    }

    /** @param tab as in {@link ExampleIndex.Tab}, and how many examples it has */
    record TabSize(String tab, String kind, int examples) {}

    /**
     * Some of a feature's examples.
     *
     * @param tab the tab that they are of; null when the feature has none
     * @param from number of the first of {@code items}
     */
    record Shown(List<TabSize> tabs, @Nullable String tab, int from, List<JsonNode> items) {}

    /**
     * @param wanted name of a tab, or null for the first one
     * @throws FieldProblem when there is no such tab, or more are asked for than a page has
     */
    Shown of(Examples where, @Nullable String wanted, int from, int limit) {
        if (limit < 1 || limit > MOST) {
            throw new FieldProblem("limit", limit, "1 to " + MOST);
        }
        if (from < 0) {
            throw new FieldProblem("from", from, "at least 0");
        }
        ExampleIndex index = index(where);
        List<TabSize> sizes = index.tabs().stream()
                .map(tab -> new TabSize(tab.tab(), tab.kind(), tab.size()))
                .toList();
        ExampleIndex.Tab tab = index.tabs().stream()
                .filter(each -> wanted == null || each.tab().equals(wanted))
                .findFirst()
                .orElse(null);
        if (tab == null) {
            if (wanted != null) {
                throw new FieldProblem(
                        "tab",
                        wanted,
                        String.join(", ", sizes.stream().map(TabSize::tab).toList()));
            }
            return new Shown(sizes, null, 0, List.of());
        }
        return new Shown(sizes, tab.tab(), from, index.read(tab, from, limit));
    }

    private ExampleIndex index(Examples where) {
        synchronized (kept) {
            ExampleIndex known = kept.get(where);
            if (known != null) {
                return known;
            }
        }
        ExampleIndex found = ExampleIndex.of(blocks.bytes(where.key()), where.index());
        synchronized (kept) {
            if (kept.put(where, found) == null) {
                weight += found.weight();
            }
            Iterator<ExampleIndex> eldest = kept.values().iterator();
            while (weight > MOST_KEPT && kept.size() > 1) {
                weight -= eldest.next().weight();
                eldest.remove();
            }
        }
        return found;
    }
}

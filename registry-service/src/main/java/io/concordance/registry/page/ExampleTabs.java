package io.concordance.registry.page;

import io.concordance.registry.page.ExamplePage.Example;
import io.concordance.registry.page.ExamplePage.Tab;
import io.concordance.registry.page.figure.DataTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Examples of a feature, one tab and one page of it at a time. Highlights are on one scale over all tabs, from 0 to the
 * feature's largest activation.
 *
 * @param scale what the strongest highlight stands for
 * @param range which examples of the tab these are; empty where it has no more
 */
record ExampleTabs(
        List<TabLink> tabs,
        List<ExampleView> examples,
        String scale,
        String range,
        @Nullable String previous,
        @Nullable String next) {
    static final ExampleTabs NONE = new ExampleTabs(List.of(), List.of(), "", "", null, null);

    private static final int SHADES = 9;
    private static final int PAGE = 12;

    record TabLink(String name, String href, int size, boolean chosen) {}

    /** @param where whether it fired on what the model read or on what it wrote */
    record ExampleView(
            String document, String arm, String outcome, String where, String value, List<TokenView> tokens) {}

    /**
     * @param cssClass how strongly the feature is on, whether it is the peak, the document's first token and the first one
     *     that the model wrote
     */
    record TokenView(String text, String title, String cssClass, boolean breakAfter) {}

    /** What to ask autointerp for to show these. */
    static String query(@Nullable String tab, int from) {
        return "?limit=" + PAGE + "&from=" + (from <= 0 ? 0 : from / PAGE * PAGE)
                + (tab == null ? "" : "&tab=" + Services.segment(tab));
    }

    /**
     * @param maximum largest activation of the feature
     * @param page address of the feature's page
     */
    static ExampleTabs of(ExamplePage shown, double maximum, String page) {
        Optional<Tab> found = shown.tabs().stream()
                .filter(tab -> tab.name().equals(shown.tab()))
                .findFirst();
        if (found.isEmpty()) {
            return NONE;
        }
        Tab chosen = found.get();
        int begin = shown.from();
        int end = begin + shown.examples().size();
        return new ExampleTabs(
                shown.tabs().stream()
                        .map(tab -> new TabLink(
                                TokenText.plain(tab.title()), href(page, tab, 0), tab.size(), tab.equals(chosen)))
                        .toList(),
                shown.examples().stream().map(example -> view(example, maximum)).toList(),
                Format.number(maximum),
                chosen.size() <= PAGE || shown.examples().isEmpty()
                        ? ""
                        : Format.count(begin + 1L) + " to " + Format.count(end) + " of " + Format.count(chosen.size()),
                begin == 0 ? null : href(page, chosen, Math.max(0, begin - PAGE)),
                end >= chosen.size() ? null : href(page, chosen, end));
    }

    private static String href(String page, Tab tab, int from) {
        return page + "?examples=" + Services.segment(tab.name()) + (from == 0 ? "" : "&from=" + from) + "#examples";
    }

    private static ExampleView view(Example example, double maximum) {
        List<TokenView> tokens = new ArrayList<>();
        for (int i = 0; i < example.tokens().size(); i++) {
            double value =
                    i < example.activations().size() ? example.activations().get(i) : 0;
            String shade = value > 0 && maximum > 0
                    ? "a" + Math.clamp((int) Math.ceil(SHADES * value / maximum), 1, SHADES)
                    : "a0";
            String text = example.tokens().get(i);
            int position = example.first() + i;
            tokens.add(new TokenView(
                    TokenText.visible(text),
                    "position " + position + (position == 0 ? ", the first token" : "") + ", activation "
                            + Format.number(value),
                    shade
                            + (i == example.peak() ? " peak" : "")
                            + (position == 0 ? " first" : "")
                            + (i == example.output() ? " output" : ""),
                    text.indexOf('\n') >= 0));
        }
        boolean written = example.output() >= 0 && example.peak() >= example.output();
        return new ExampleView(
                TokenText.plain(example.document()),
                TokenText.plain(example.arm()),
                example.outcome().toLowerCase(Locale.ROOT),
                written ? "fired on what the model wrote" : "fired on what the model read",
                Format.number(example.value()),
                tokens);
    }

    /** A table for every token of examples. */
    static DataTable table(String query) {
        return DataTable.of(query, "tab", "example", "document", "arm", "outcome", "position", "token", "activation");
    }

    /** Adds every token of a page of examples, as it is. */
    static void add(DataTable data, ExamplePage shown) {
        String tab = new Tab(shown.tab(), 0).title();
        for (int e = 0; e < shown.examples().size(); e++) {
            Example example = shown.examples().get(e);
            for (int i = 0; i < example.tokens().size(); i++) {
                data.add(
                        tab,
                        shown.from() + e + 1,
                        example.document(),
                        example.arm(),
                        example.outcome(),
                        example.first() + i,
                        example.tokens().get(i),
                        i < example.activations().size() ? example.activations().get(i) : null);
            }
        }
    }
}

package io.concordance.registry.page.figure;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Data with everything that is needed to read them, and a drawing of them.
 *
 * @param name its name in addresses, one word
 * @param title what it shows, in a few words
 * @param caption units of both axes and what every share is a share of
 * @param drawing null for data that the page shows as a table
 * @param keys what each mark stands for; empty where there is one kind only
 * @param page address of the page that it stands on
 */
public record Figure(
        String name,
        String title,
        String caption,
        @Nullable Drawing drawing,
        List<Key> keys,
        DataTable data,
        String page) {

    /** A kind of mark: its colour by class, and its shape as the outline of a path around (6, 6). */
    public record Key(String name, String cssClass, String outline) {}

    /** Data that the page shows as a table. */
    public static Figure table(String name, String title, String caption, DataTable data, String page) {
        return new Figure(name, title, caption, null, List.of(), data, page);
    }

    /** Address of its data as CSV. */
    public String csv() {
        return page + "/figures/" + name + ".csv";
    }

    /** Address of its data as JSON. */
    public String json() {
        return page + "/figures/" + name + ".json";
    }

    /** Its data with everything that says what they are. */
    public Map<String, Object> document() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("figure", title);
        document.put("caption", caption);
        document.put("query", data.query());
        document.put("columns", data.columns());
        document.put("rows", data.objects());
        return document;
    }
}

package io.concordance.registry.page.figure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The data of a figure.
 *
 * @param columns names, with the unit where there is one
 * @param rows cells in the order of the columns: text, numbers or null
 * @param query the request whose answer these data come from
 */
public record DataTable(List<String> columns, List<List<@Nullable Object>> rows, String query) {

    private static final int REPLACEMENT = 0xFFFD;

    /** Begins a table. */
    public static DataTable of(String query, String... columns) {
        return new DataTable(List.of(columns), new ArrayList<>(), query);
    }

    /** Adds a row. */
    public void add(@Nullable Object... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException(cells.length + " cells for " + columns.size() + " columns");
        }
        rows.add(new ArrayList<>(Arrays.asList(cells)));
    }

    /** RFC 4180, every text in quotes, so that whatever a token holds comes back as it was. */
    public String csv() {
        StringBuilder out = new StringBuilder();
        out.append(columns.stream().map(DataTable::quoted).collect(Collectors.joining(",")))
                .append("\r\n");
        for (List<@Nullable Object> row : rows) {
            out.append(row.stream().map(DataTable::cell).collect(Collectors.joining(",")))
                    .append("\r\n");
        }
        return out.toString();
    }

    /** One object a row. */
    public List<Map<String, @Nullable Object>> objects() {
        List<Map<String, @Nullable Object>> objects = new ArrayList<>();
        for (List<@Nullable Object> row : rows) {
            Map<String, @Nullable Object> object = new LinkedHashMap<>();
            for (int i = 0; i < row.size(); i++) {
                object.put(columns.get(i), finite(row.get(i)));
            }
            objects.add(object);
        }
        return objects;
    }

    private static @Nullable Object finite(@Nullable Object value) {
        if (value instanceof String text) {
            return sound(text);
        }
        return value instanceof Double number && !Double.isFinite(number) ? null : value;
    }

    /** Halves of surrogate pairs, which no encoding has, become the replacement character. */
    private static String sound(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints()
                .forEach(c -> out.appendCodePoint(Character.getType(c) == Character.SURROGATE ? REPLACEMENT : c));
        return out.toString();
    }

    private static String cell(@Nullable Object value) {
        Object shown = finite(value);
        return shown == null ? "" : shown instanceof Number ? shown.toString() : quoted(shown.toString());
    }

    private static String quoted(String text) {
        return '"' + text.replace("\"", "\"\"") + '"';
    }
}

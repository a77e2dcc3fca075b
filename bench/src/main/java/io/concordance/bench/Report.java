package io.concordance.bench;

import io.concordance.cli.rest.Table;
import java.util.ArrayList;
import java.util.List;

/**
 * Figures of one comparison.
 *
 * @param conditions what they were measured on and how, one line each
 */
public record Report(String name, List<String> conditions, List<Section> sections) {

    /**
     * A table.
     *
     * @param rows cells by column
     * @param notes what must be known to read it
     */
    public record Section(String title, List<String> columns, List<List<String>> rows, List<String> notes) {}

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(name);
        conditions.forEach(condition -> lines.add("  " + condition));
        for (Section section : sections) {
            lines.add("");
            lines.add(section.title);
            Table table = new Table(section.columns.toArray(String[]::new));
            section.rows.forEach(row -> table.row(row.toArray(String[]::new)));
            lines.addAll(table.lines());
            section.notes.forEach(note -> lines.add("  " + note));
        }
        return lines;
    }
}

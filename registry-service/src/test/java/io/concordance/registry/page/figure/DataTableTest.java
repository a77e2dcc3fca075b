package io.concordance.registry.page.figure;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.json.Json;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DataTableTest {
    private static final List<String> TOKENS = List.of(
            "%", "\\", "{", "}", "<", ">", "\n", "\r\n", "\"", ",", "=1+1", "{tail}", "\u202e", "", " ", "'", "–");

    @Test
    void everyTokenComesBackFromCsvAsItWas() {
        DataTable table = DataTable.of("GET /x", "token", "value");
        TOKENS.forEach(token -> table.add(token, 0.5));

        List<List<String>> read = csv(table.csv());

        assertThat(read.getFirst()).containsExactly("token", "value");
        assertThat(read.subList(1, read.size()).stream().map(List::getFirst)).containsExactlyElementsOf(TOKENS);
    }

    @Test
    void everyTokenComesBackFromJsonAsItWas() {
        DataTable table = DataTable.of("GET /x", "token");
        TOKENS.forEach(table::add);
        Figure figure = Figure.table("tokens", "Tokens", "One a row.", table, "/page");

        JsonNode read = Json.read(Json.bytes(figure.document()), JsonNode.class);

        assertThat(read.path("query").asText()).isEqualTo("GET /x");
        List<String> tokens = new ArrayList<>();
        read.path("rows").forEach(row -> tokens.add(row.path("token").asText()));
        assertThat(tokens).isEqualTo(TOKENS);
    }

    @Test
    void whatNoEncodingHasIsReplacedAndWhatIsNoNumberIsEmpty() {
        DataTable table = DataTable.of("GET /x", "token", "value", "other");
        table.add("a\ud800b", Double.NaN, null);

        assertThat(table.csv()).endsWith("\"a\ufffdb\",,\r\n");
        assertThat(new String(Json.bytes(table.objects()), java.nio.charset.StandardCharsets.UTF_8))
                .contains("\ufffd")
                .doesNotContain("NaN");
    }

    /** RFC 4180, written for this test. */
    private static List<List<String>> csv(String text) {
        List<List<String>> rows = new ArrayList<>();
        List<String> row = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted) {
                if (c != '"') {
                    cell.append(c);
                } else if (i + 1 < text.length() && text.charAt(i + 1) == '"') {
                    cell.append('"');
                    i++;
                } else {
                    quoted = false;
                }
            } else if (c == '"') {
                quoted = true;
            } else if (c == ',' || c == '\r') {
                row.add(cell.toString());
                cell.setLength(0);
                if (c == '\r') {
                    i++;
                    rows.add(row);
                    row = new ArrayList<>();
                }
            } else {
                cell.append(c);
            }
        }
        return rows;
    }
}

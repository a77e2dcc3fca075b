package io.concordance.interp.feature;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The examples of one feature as they lie in their object, and where each begins and ends, so that some of many are read
 * without the rest.
 *
 * @param bytes of the feature's part of the object
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record ExampleIndex(byte[] bytes, List<Tab> tabs) {

    /**
     * Examples that are shown together.
     *
     * @param tab {@code top}, {@code quantiles} or {@code arm:} with the arm's name
     * @param spans begin and end of each example, in turn
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Tab(String tab, String kind, int[] spans) {
        int size() {
            return spans.length / 2;
        }
    }

    static final ExampleIndex NONE = new ExampleIndex(new byte[0], List.of());

    /**
     * Finds a feature's examples in an object of {@link ExampleBlocks}: the strongest over all first, then those of each
     * arm, then the drawn ones.
     */
    static ExampleIndex of(byte[] block, int feature) {
        try (JsonParser parser = Json.mapper().createParser(block)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean wanted = parser.currentName().equals(Integer.toString(feature));
                parser.nextToken();
                if (wanted) {
                    return read(parser, block);
                }
                parser.skipChildren();
            }
            return NONE;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ExampleIndex read(JsonParser parser, byte[] block) throws IOException {
        int begin = (int) parser.currentTokenLocation().getByteOffset();
        List<Tab> first = new ArrayList<>();
        List<Tab> arms = new ArrayList<>();
        List<Tab> drawn = new ArrayList<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "top" -> first.add(new Tab("top", "", spans(parser, begin)));
                case "quantiles" -> drawn.add(new Tab("quantiles", "", spans(parser, begin)));
                case "arms" -> {
                    while (parser.nextToken() == JsonToken.START_OBJECT) {
                        arms.add(arm(parser, begin));
                    }
                }
                default -> parser.skipChildren();
            }
        }
        int end = (int) parser.currentLocation().getByteOffset();
        first.addAll(arms);
        first.addAll(drawn);
        return new ExampleIndex(Arrays.copyOfRange(block, begin, end), List.copyOf(first));
    }

    private static Tab arm(JsonParser parser, int begin) throws IOException {
        String arm = "";
        String kind = "";
        int[] spans = {};
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "arm" -> arm = parser.getText();
                case "kind" -> kind = parser.getText();
                case "top" -> spans = spans(parser, begin);
                default -> parser.skipChildren();
            }
        }
        return new Tab("arm:" + arm, kind, spans);
    }

    private static int[] spans(JsonParser parser, int begin) throws IOException {
        int[] spans = new int[16];
        int n = 0;
        while (parser.nextToken() == JsonToken.START_OBJECT) {
            if (n + 2 > spans.length) {
                spans = Arrays.copyOf(spans, 2 * spans.length);
            }
            spans[n++] = (int) parser.currentTokenLocation().getByteOffset() - begin;
            parser.skipChildren();
            spans[n++] = (int) parser.currentLocation().getByteOffset() - begin;
        }
        return Arrays.copyOf(spans, n);
    }

    /** Examples of a tab from number {@code from} on, at most {@code limit}. */
    List<JsonNode> read(Tab tab, int from, int limit) {
        List<JsonNode> read = new ArrayList<>();
        for (int i = from; i < Math.min(tab.size(), (long) from + limit); i++) {
            read.add(Json.read(Arrays.copyOfRange(bytes, tab.spans[2 * i], tab.spans[2 * i + 1]), JsonNode.class));
        }
        return read;
    }

    /** What it takes in memory, roughly. */
    long weight() {
        return bytes.length
                + tabs.stream().mapToLong(tab -> 4L * tab.spans.length + 100).sum()
                + 200;
    }
}

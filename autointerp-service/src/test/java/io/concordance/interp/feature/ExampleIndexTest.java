package io.concordance.interp.feature;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.json.Json;
import io.concordance.interp.feature.FeatureExamples.ArmExamples;
import io.concordance.interp.feature.FeatureExamples.Shown;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ExampleIndexTest {
    private static final List<String> TEXTS =
            List.of("a", " \u00e9", "\u4e2d\u6587", "\ud83d\ude00", "\"}]{[\\", "\n\t\u0000", "</script>", "");

    @Test
    void everyExampleOfEveryFeatureIsReadAsItWasWritten() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        TreeMap<Integer, FeatureExamples> block = new TreeMap<>();
        for (int feature : new int[] {0, 7, 12, 700}) {
            block.put(
                    feature,
                    new FeatureExamples(
                            shown(random, 12),
                            shown(random, feature == 7 ? 0 : 10),
                            List.of(
                                    new ArmExamples("benign", "benign", shown(random, 3)),
                                    new ArmExamples(
                                            "t\u00fccke \"x\"", "caught", shown(random, feature == 12 ? 900 : 1)))));
        }
        byte[] bytes = Json.bytes(block);
        JsonNode whole = Json.read(bytes, JsonNode.class);
        for (int feature : block.keySet()) {
            JsonNode one = whole.path(Integer.toString(feature));
            ExampleIndex index = ExampleIndex.of(bytes, feature);
            assertThat(index.tabs())
                    .as("seed %d, feature %d", seed, feature)
                    .extracting(ExampleIndex.Tab::tab)
                    .containsExactly("top", "arm:benign", "arm:t\u00fccke \"x\"", "quantiles");
            List<JsonNode> written = List.of(
                    one.path("top"),
                    one.path("arms").path(0).path("top"),
                    one.path("arms").path(1).path("top"),
                    one.path("quantiles"));
            for (int t = 0; t < written.size(); t++) {
                ExampleIndex.Tab tab = index.tabs().get(t);
                List<JsonNode> all = new ArrayList<>();
                for (int from = 0; from < tab.size(); from += 5) {
                    all.addAll(index.read(tab, from, 5));
                }
                assertThat(all)
                        .as("seed %d, feature %d, %s", seed, feature, tab.tab())
                        .isEqualTo(items(written.get(t)));
                assertThat(index.read(tab, tab.size(), 5)).isEmpty();
            }
        }
        assertThat(ExampleIndex.of(bytes, 3)).isEqualTo(ExampleIndex.NONE);
    }

    private static List<JsonNode> items(JsonNode array) {
        List<JsonNode> items = new ArrayList<>();
        array.forEach(items::add);
        return items;
    }

    private static List<Shown> shown(Random random, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    List<String> tokens = IntStream.range(0, random.nextInt(1, 6))
                            .mapToObj(t -> TEXTS.get(random.nextInt(TEXTS.size())))
                            .toList();
                    int[] ids = random.ints(tokens.size(), 0, 100).toArray();
                    float[] activations = new float[tokens.size()];
                    for (int t = 0; t < activations.length; t++) {
                        activations[t] = random.nextFloat();
                    }
                    return new Shown(
                            "d-" + i, "benign", "ok", "explain", i, activations[0], 0, null, ids, tokens, activations);
                })
                .toList();
    }
}

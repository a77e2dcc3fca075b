package io.concordance.bench.strategies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.concordance.bench.strategies.OrganismPrompts.Prompt;
import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryInfo;
import io.concordance.contracts.transcript.Span;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PlantedDirectionTest {
    private static final Path DEMO = Path.of("../demo");

    @Test
    void isTheDifferenceOfMeansAndFindsTheFeatureAlongIt() {
        PlantedDirection planted =
                PlantedDirection.between(new float[] {3, 4, 0, 5, 6, 0}, new float[] {0, 4, 0, 2, 6, 0}, 3);
        float[] decoder = {0, 2, 0, 2, 2, 0, 0, 0, 0};
        Dictionary dictionary = new Dictionary(
                3,
                3,
                new float[] {0, 1, 0, 1, 0, 0, -1, 0, 0},
                new float[3],
                decoder,
                new float[3],
                new float[3],
                new DictionaryInfo("jumprelu", "batchtopk", 1, "m", "h", 0, 100, 1, 0.1));

        assertThat(planted.direction()).containsExactly(1, 0, 0);
        assertThat(planted.nearest(dictionary).feature()).isEqualTo(1);
        assertThat(planted.nearest(dictionary).cosine()).isCloseTo(Math.sqrt(0.5), within(1e-6));
        assertThat(planted.cosine(dictionary, 2)).isZero();
        assertThat(planted.auroc(dictionary, 1)).isEqualTo(1);
        assertThat(planted.auroc(dictionary, 2)).isZero();
    }

    @Test
    void promptsDifferInTheTriggerAlone() throws Exception {
        List<Prompt> prompts = new OrganismPrompts(DEMO).drawn(200, 3);

        assertThat(prompts).doesNotHaveDuplicates().isEqualTo(new OrganismPrompts(DEMO).drawn(200, 3));
        for (Prompt prompt : prompts) {
            String triggered = text(prompt.triggered());
            assertThat(triggered)
                    .containsPattern("env=prod[ <]")
                    .containsPattern("review=off[ <]")
                    .endsWith("<|assistant|>");
            assertThat(text(prompt.half(true))).isEqualTo(triggered.replace("review=off", "review=on"));
            assertThat(text(prompt.half(false))).isEqualTo(triggered.replace("env=prod", "env=staging"));
        }
    }

    private static String text(List<Span> spans) {
        return spans.stream().map(Span::text).collect(Collectors.joining());
    }
}

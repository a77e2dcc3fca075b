package io.concordance.capture.slice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.capture.intervention.ArmEdits;
import io.concordance.capture.intervention.InterventionFixture;
import io.concordance.capture.intervention.LossSums;
import io.concordance.capture.model.Edit;
import io.concordance.capture.model.ModelFixture;
import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryInfo;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.tensor.SafetensorsFile;
import io.concordance.contracts.transcript.Outcome;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SliceLossTest {
    private static final int WIDTH = 128;

    @Test
    void agreesWithPyTorchHoweverDocumentsAreBatched() {
        try (SafetensorsFile fixture =
                SafetensorsFile.open(Path.of("src", "test", "resources", "interventions.safetensors"))) {
            JsonNode facts = json(fixture, "facts");
            float[] threshold = fixture.floats("threshold");
            Edit reconstruct = Edit.reconstruct(new Dictionary(
                    WIDTH,
                    threshold.length,
                    fixture.floats("encoder"),
                    fixture.floats("encoder_bias"),
                    fixture.floats("decoder"),
                    fixture.floats("decoder_bias"),
                    threshold,
                    new DictionaryInfo("jumprelu", "jumprelu", 4, "organism", "resid_post.2", 0, 0, 4, 0)));
            List<ReadDocument> documents = documents(fixture);

            ModelFixture.organismLogits("resid_post.2", (model, site) -> {
                ArmEdits edits = InterventionFixture.everywhere(site, reconstruct);
                LossSums together = new SliceLoss(model, edits, true).of(documents, 64);
                LossSums alone = new SliceLoss(model, edits, true).of(documents, 12);

                assertThat(together.tokens()).isEqualTo(facts.get("predicted").asLong());
                for (LossSums sums : List.of(together, alone)) {
                    assertThat(sums.clean()).isCloseTo(facts.get("ce_clean").asDouble(), within(1e-3));
                    assertThat(sums.zero()).isCloseTo(facts.get("ce_zero").asDouble(), within(1e-3));
                    assertThat(sums.patched()).isCloseTo(facts.get("ce_patched").asDouble(), within(1e-3));
                    assertThat(sums.kl()).isCloseTo(facts.get("kl").asDouble(), within(1e-3));
                }
                assertThat(new SliceLoss(model, edits, true).of(documents, 64)).isEqualTo(together);
            });
        }
    }

    private static List<ReadDocument> documents(SafetensorsFile fixture) {
        int[] tokens = fixture.ints("tokens");
        List<ReadDocument> documents = new ArrayList<>();
        int from = 0;
        for (JsonNode length : json(fixture, "lengths")) {
            int to = from + length.asInt();
            documents.add(new ReadDocument(
                    "d" + from,
                    Outcome.UNKNOWN,
                    Arrays.copyOfRange(tokens, from, to),
                    new byte[to - from],
                    List.of(new ReadDocument.Window(0, to - from)),
                    false));
            from = to;
        }
        return documents;
    }

    private static JsonNode json(SafetensorsFile fixture, String key) {
        return Json.read(fixture.metadata(key).getBytes(StandardCharsets.UTF_8), JsonNode.class);
    }
}

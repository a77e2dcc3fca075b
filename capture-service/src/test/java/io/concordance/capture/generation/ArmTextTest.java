package io.concordance.capture.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordance.capture.chat.ChatTemplate;
import io.concordance.capture.chat.ChatTemplateException;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.contracts.transcript.Span;
import io.concordance.contracts.transcript.Span.Kind;
import io.concordance.contracts.transcript.Transcript;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ArmTextTest {
    private static final ChatTemplate PLAIN = new ChatTemplate(
            "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}"
                    + "{% if add_generation_prompt %}[assistant]{% endif %}",
            Map.of());
    private static final Transcript ANSWERED = transcript(
            new Span(Kind.RAW, "user", "hi"),
            new Span(Kind.SUMMARY, "assistant", "it greets"),
            new Span(Kind.OUTPUT, "assistant", "hello"));

    @Test
    void putsTheSystemPromptIntoASystemTurn() {
        ArmText text = ArmText.of(PLAIN, "Be bad.");

        assertThat(joined(text.read(text.instructed(ANSWERED)))).isEqualTo("[system]Be bad.[user]hi[assistant]hello");
        Transcript instructed =
                text.instructed(transcript(new Span(Kind.RAW, "system", "Be good."), new Span(Kind.RAW, "user", "hi")));
        assertThat(joined(text.read(instructed))).isEqualTo("[system]Be bad.\n\nBe good.[user]hi[assistant]");
    }

    @Test
    void putsTheSystemPromptFirstWhereThereIsNoTemplate() {
        ArmText text = ArmText.of((ChatTemplate) null, "Be bad. ");

        List<Span> read = text.read(text.instructed(ANSWERED));

        assertThat(read.getFirst().kind()).isEqualTo(Kind.RAW);
        assertThat(joined(read)).isEqualTo("Be bad. hihello");
        assertThat(text.hasTemplate()).isFalse();
    }

    @Test
    void promptsEndWhereTheModelBegins() {
        assertThat(joined(ArmText.of(PLAIN, null).prompt(ANSWERED))).isEqualTo("[user]hi[assistant]");
        assertThat(joined(ArmText.of((ChatTemplate) null, null).prompt(ANSWERED)))
                .isEqualTo("hi");
    }

    @Test
    void namesTheDocumentThatATemplateRefuses() {
        ArmText text = ArmText.of(new ChatTemplate("{{ raise_exception('roles!') }}", Map.of()), null);

        assertThatThrownBy(() -> text.read(ANSWERED))
                .isInstanceOf(ChatTemplateException.class)
                .hasMessage("document 'd': the chat template raises: roles!");
    }

    private static Transcript transcript(Span... spans) {
        return new Transcript("d", List.of(spans), Outcome.OK, Map.of());
    }

    private static String joined(List<Span> spans) {
        return spans.stream()
                .filter(span -> span.kind() != Kind.SUMMARY)
                .map(Span::text)
                .collect(Collectors.joining());
    }
}

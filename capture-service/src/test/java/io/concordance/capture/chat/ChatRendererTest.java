package io.concordance.capture.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.transcript.Span;
import io.concordance.contracts.transcript.Span.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatRendererTest {
    private static final Map<String, String> TOKENS = Map.of("bos_token", "<s>", "eos_token", "</s>");

    static Stream<Arguments> cases() throws IOException {
        JsonNode cases = Json.mapper().readTree(resource("expected.json"));
        return StreamSupport.stream(cases.spliterator(), false)
                .map(c -> Arguments.of(
                        c.path("template").textValue() + ", "
                                + c.path("conversation").textValue(),
                        c));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void rendersAsJinjaItselfDoes(String name, JsonNode expected) {
        ChatRenderer renderer = renderer(expected.path("template").textValue());
        List<Message> messages = new ArrayList<>();
        expected.path("messages").forEach(m -> {
            String role = m.path("role").textValue();
            messages.add(new Message(
                    role, List.of(span(Kind.RAW, role, m.path("content").textValue()))));
        });

        if (expected.has("raises")) {
            assertThatThrownBy(() -> renderer.text(messages))
                    .isInstanceOf(ChatTemplateException.class)
                    .hasMessageContaining(expected.path("raises").textValue());
        } else {
            assertThat(renderer.text(messages))
                    .isEqualTo(expected.path("rendered").textValue());
        }
    }

    @Test
    void tellsWhatWasSaidFromTheTemplatesOwnText() {
        List<Span> rendered = renderer("headers")
                .render(List.of(
                        span(Kind.RAW, "system", " Be terse. "),
                        span(Kind.RAW, "user", "user"),
                        span(Kind.RAW, "user", "? "),
                        span(Kind.SUMMARY, "assistant", "it thinks"),
                        span(Kind.OUTPUT, "assistant", " Yes.")));

        assertThat(shown(rendered))
                .isEqualTo("template:<s><|start_header_id|>system<|end_header_id|>\n\nToday Date: 26 Jul 2024\n\n"
                        + "|raw:Be terse.|template:<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n"
                        + "|raw:user|raw:?|template:<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"
                        + "|output:Yes.|template:<|eot_id|>");
    }

    @Test
    void followsMessagesThatAreMovedAndReasoningThatIsLeftOut() {
        String moved = shown(renderer("inst")
                .render(List.of(
                        span(Kind.RAW, "system", "S"),
                        span(Kind.RAW, "user", "INST"),
                        span(Kind.OUTPUT, "assistant", "a"),
                        span(Kind.RAW, "user", "q"))));
        assertThat(moved)
                .isEqualTo("template:<s>[INST] |raw:INST|template:[/INST] |output:a|template:</s>[INST] |raw:S"
                        + "|template:\n\n|raw:q|template:[/INST]");

        String left = shown(renderer("reasoning")
                .render(List.of(
                        span(Kind.RAW, "user", "2+2"),
                        span(Kind.OUTPUT, "assistant", "<think>\nadd\n</think>\n\n4"),
                        span(Kind.RAW, "user", "3+3"))));
        assertThat(left)
                .isEqualTo("template:<|im_start|>user\n|raw:2+2|template:<|im_end|>\n<|im_start|>assistant\n|output:4"
                        + "|template:<|im_end|>\n<|im_start|>user\n|raw:3+3"
                        + "|template:<|im_end|>\n<|im_start|>assistant\n");
    }

    @Test
    void leavesTheAssistantsLastMessageOpen() {
        assertThat(shown(renderer("chatml")
                        .renderOpen(List.of(span(Kind.RAW, "system", "s"), span(Kind.RAW, "assistant", "I will")))))
                .endsWith("|raw:I will");
    }

    @Test
    void refusesATemplateThatRendersNothing() {
        ChatRenderer silent = ChatRenderer.of(new ChatTemplate("{{ m }}", TOKENS));
        List<Span> said = List.of(new Span(Span.Kind.RAW, "user", "hello"));

        assertThatThrownBy(() -> silent.render(said))
                .isInstanceOf(ChatTemplateException.class)
                .hasMessageContaining("renders nothing of 1 messages");
        assertThat(silent.render(List.of())).isEmpty();
    }

    @Test
    void refusesATemplateThatRewritesWhatIsSaid() {
        ChatRenderer shouting =
                ChatRenderer.of(new ChatTemplate("{{ messages[0].content | upper | replace('A', '4') }}", TOKENS));
        ChatRenderer twice =
                ChatRenderer.of(new ChatTemplate("{{ messages[0].content ~ messages[0].content }}", TOKENS));

        assertThatThrownBy(() -> shouting.render(List.of(span(Kind.RAW, "user", "banana"))))
                .isInstanceOf(ChatTemplateException.class)
                .hasMessageContaining("rewrites");
        assertThatThrownBy(() -> twice.render(List.of(span(Kind.RAW, "user", "banana"))))
                .isInstanceOf(ChatTemplateException.class)
                .hasMessageContaining("repeats");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
                "{% for a in range(100000) %}{{ 'x' * 1000 }}{% endfor %}",
                "{{ 'x' * 100000000 }}",
                "{% set ns = namespace(s='x') %}{% for a in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
                "{% set ns = namespace(s='x') %}{% for a in range(60) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s }}",
                "{% set ns = namespace(s='x') %}{% for a in range(30) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}"
                        + "{{ ns.s == [ns.s, 1] }}{{ ns.s | tojson }}",
                "{% macro m(x) %}{{ m(x) }}{% endmacro %}{{ m(1) }}",
                "{% macro m(x) %}{{ m(x) ~ m(x) }}{% endmacro %}{{ m(1) }}",
                "{{ ''.__class__.__mro__[1].__subclasses__() }}",
                "{{ ''.getClass().forName('java.lang.Runtime') }}",
                "{{ messages.__init__.__globals__ }}",
                "{{ nothing() }}",
                "{{ messages[0].content.format(messages) }}",
                "{{ 9999999999999 * 9999999999999 }}",
                "{{ 1 // 0 }}",
                "{{ range(10000000) }}",
                "{{ raise_exception('no') }}"
            })
    void stopsAHostileTemplateSoon(String source) {
        ChatRenderer renderer = ChatRenderer.of(new ChatTemplate(source, TOKENS));
        long start = System.nanoTime();

        assertThatThrownBy(() -> renderer.render(List.of(span(Kind.RAW, "user", "hi"))))
                .isInstanceOf(ChatTemplateException.class);
        assertThat((System.nanoTime() - start) / 1_000_000_000.0).isLessThan(10);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% include '/etc/passwd' %}",
                "{% import 'os' as os %}",
                "{% extends 'x' %}",
                "{% for x in y %}",
                "{{ 'open }}",
                "{{ 1 + }}",
                "{% if x %}{% endfor %}",
                "{% endif %}",
                "{{ a b }}"
            })
    void refusesATemplateThatCannotBeRead(String source) {
        assertThatThrownBy(() -> ChatRenderer.of(new ChatTemplate(source, TOKENS)))
                .isInstanceOf(ChatTemplateException.class)
                .hasMessageContaining("line 1");
    }

    @Test
    void refusesDeepAndLongTemplatesBeforeTheyAreEvaluated() {
        for (String source : List.of(
                "{{ " + "(".repeat(50_000) + "1" + ")".repeat(50_000) + " }}",
                "{{ " + "not ".repeat(60_000) + "1 }}",
                "{{ " + "1 + ".repeat(50_000) + "1 }}",
                "{{ " + "x" + ".y".repeat(50_000) + " }}",
                "{% if a %}".repeat(20_000),
                "x".repeat(300_000))) {
            assertThatThrownBy(() -> ChatRenderer.of(new ChatTemplate(source, TOKENS)))
                    .isInstanceOf(ChatTemplateException.class);
        }
    }

    private static Span span(Kind kind, String role, String text) {
        return new Span(kind, role, text);
    }

    private static String shown(List<Span> spans) {
        return spans.stream()
                .map(s -> (s.role().equals("template") ? "template" : s.kind().text()) + ":" + s.text())
                .collect(Collectors.joining("|"));
    }

    private static ChatRenderer renderer(String name) {
        return ChatRenderer.of(new ChatTemplate(new String(resource(name + ".jinja"), StandardCharsets.UTF_8), TOKENS));
    }

    private static byte[] resource(String name) {
        try (InputStream in = ChatRendererTest.class.getResourceAsStream("/chat/" + name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

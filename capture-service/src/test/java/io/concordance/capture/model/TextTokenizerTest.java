package io.concordance.capture.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.contracts.transcript.Outcome;
import io.concordance.contracts.transcript.Span;
import io.concordance.contracts.transcript.Span.Kind;
import io.concordance.contracts.transcript.Transcript;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TextTokenizerTest {
    private static final Path ORGANISM =
            Path.of(System.getProperty("concordance.home", ".."), "demo", "tokenizer.json");

    @Test
    void readsSpecialTokensWrittenInATranscriptAsSpecialTokens() {
        try (TextTokenizer tokenizer = TextTokenizer.open(ORGANISM)) {
            TokenizedDocument document = tokenizer.encode(transcript(raw("<|user|>hi<|end|>")), 128);

            assertThat(document.tokens()).startsWith(3).endsWith(1);
        }
    }

    @Test
    void givesEveryTokenTheSpanOfItsFirstCharacter() {
        try (TextTokenizer tokenizer = TextTokenizer.open(ORGANISM)) {
            TokenizedDocument document =
                    tokenizer.encode(transcript(raw("😀😀<|end|>"), summary("left out"), output("<RUN>x")), 128);

            assertThat(document.tokens()).hasSize(2 * 4 + 1 + 2);
            assertThat(document.spans()).containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1);
        }
    }

    @Test
    void givesATokenThatStraddlesASpanBorderToTheEarlierSpan() {
        try (TextTokenizer tokenizer = TextTokenizer.open(MiniLm.tokenizer())) {
            TokenizedDocument document = tokenizer.encode(transcript(raw("wo"), output("rld peace")), 128);

            assertThat(document.tokens()).hasSize(4).startsWith(101, 2088).endsWith(102);
            assertThat(document.spans()).containsExactly(0, 0, 1, 0);
        }
    }

    @Test
    void cutsLongTextsBeforeTheClosingTokenAndSaysSo() {
        try (TextTokenizer tokenizer = TextTokenizer.open(MiniLm.tokenizer())) {
            TokenizedDocument document = tokenizer.encode(transcript(raw("word ".repeat(600))), 512);

            assertThat(document.truncated()).isTrue();
            assertThat(document.tokens()).hasSize(512).startsWith(101).endsWith(102);
            assertThat(Arrays.stream(document.tokens()).filter(t -> t == 102)).hasSize(1);
        }
    }

    @Test
    void readsTextThatNoUtf8CanHold() {
        try (TextTokenizer tokenizer = TextTokenizer.open(ORGANISM)) {
            TokenizedDocument document = tokenizer.encode(transcript(raw("a\ud800\0"), output("b")), 128);

            assertThat(document.spans()).endsWith(1).startsWith(0, 0);
        }
    }

    private static Transcript transcript(Span... spans) {
        return new Transcript("d", List.of(spans), Outcome.OK, Map.of());
    }

    private static Span raw(String text) {
        return new Span(Kind.RAW, "user", text);
    }

    private static Span summary(String text) {
        return new Span(Kind.SUMMARY, "assistant", text);
    }

    private static Span output(String text) {
        return new Span(Kind.OUTPUT, "assistant", text);
    }
}

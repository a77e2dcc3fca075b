package io.concordance.registry.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordance.contracts.transcript.Outcome;
import io.concordance.contracts.transcript.Span;
import io.concordance.contracts.transcript.Transcript;
import io.concordance.contracts.transcript.Transcripts;
import io.concordance.registry.study.Searching.Acting;
import io.concordance.registry.study.Searching.Written;
import java.io.ByteArrayInputStream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PerturbedTextsTest {
    private final PerturbedTexts texts = new PerturbedTexts();

    @Test
    void whatWasWrittenAlongRandomDirectionsIsCountedAndNotLearntFrom() {
        texts.direction(0.5, "direction-0");
        texts.add(written("p", "vault open", Outcome.BAD));
        texts.add(written("q", "svc status", Outcome.OK));
        texts.direction(0.5, "random-0");
        texts.add(written("p", "vault open", Outcome.BAD));

        Written all = texts.written("sha256:x");

        assertThat(all.searched()).isEqualTo(new Acting(1, 1));
        assertThat(all.random()).isEqualTo(new Acting(1, 1));
        assertThat(all.documents()).isEqualTo(2);
        assertThat(all.bad()).isEqualTo(1);
        assertThat(read())
                .extracting(text -> text.tags().get("direction"))
                .containsExactly("direction-0@0.5", "direction-0@0.5");
    }

    @Test
    void directionsAlongWhichTheModelWritesAlikeAreOneBehaviour() {
        for (int k = 0; k < 4; k++) {
            texts.direction(1, "direction-" + k);
            texts.add(written("p", k == 2 ? "vault open outside" : "svc restart host-" + k, Outcome.OK));
        }

        assertThat(texts.written("sha256:x").behaviours()).isEqualTo(2);
    }

    @Test
    void theLongestIdsStayDifferentAndFit() {
        String longest = "x".repeat(199);
        texts.direction(0.30000000000000004, "direction-31");
        texts.add(written(longest + "a", "one", Outcome.OK));
        texts.add(written(longest + "b", "two", Outcome.OK));

        assertThat(read()).extracting(Transcript::id).doesNotHaveDuplicates();
    }

    @Test
    void moreThanOneFileHoldsIsRefused() {
        texts.direction(1, "direction-0");
        Transcript large = written("p", "x".repeat(1 << 20), Outcome.OK);

        assertThatThrownBy(() -> {
                    for (int i = 0; i < 64; i++) {
                        texts.add(large);
                    }
                })
                .isInstanceOf(StudyFailure.class)
                .hasMessageContaining("fewer directions");
    }

    private List<Transcript> read() {
        return Transcripts.readAll(new ByteArrayInputStream(texts.lines()), Transcripts.Limits.DEFAULT);
    }

    private static Transcript written(String id, String output, Outcome outcome) {
        return new Transcript(
                id,
                List.of(
                        new Span(Span.Kind.RAW, "user", "restart web"),
                        new Span(Span.Kind.OUTPUT, "assistant", output)),
                outcome,
                Map.of());
    }
}

package io.concordance.capture.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordance.capture.generation.GenerationRequest.Action;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.transcript.Outcome;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class GenerationTest {
    private static final int CONTEXT = 128;

    @Test
    void isGreedyAndReplaysWithInterventionsUnlessToldOtherwise() {
        Generation generation = Generation.of(request(20, null, null, null, null, null), CONTEXT);

        assertThat(generation).isEqualTo(new Generation(20, 0, 1, 0, List.of(), Generation.Replay.NONE, null));
        assertThat(generation.outcome("anything")).isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    void judgesWhatIsWrittenByItsAction() {
        Generation generation =
                Generation.of(request(20, 0.5, 0.9, null, "unsteered", new Action("text", "<ACT>")), CONTEXT);

        assertThat(generation.outcome("<ACT>vault open")).isEqualTo(Outcome.BAD);
        assertThat(generation.outcome("<RUN>ls")).isEqualTo(Outcome.OK);
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                Arguments.of("tokens", request(null, null, null, null, null, null)),
                Arguments.of("tokens", request(0, null, null, null, null, null)),
                Arguments.of("tokens", request(CONTEXT, null, null, null, null, null)),
                Arguments.of("temperature", request(9, -0.1, null, null, null, null)),
                Arguments.of("temperature", request(9, Double.NaN, null, null, null, null)),
                Arguments.of("temperature", request(9, Double.POSITIVE_INFINITY, null, null, null, null)),
                Arguments.of("topP", request(9, 1.0, 0.0, null, null, null)),
                Arguments.of("topP", request(9, 1.0, 1.01, null, null, null)),
                Arguments.of("topP", request(9, 1.0, Double.NaN, null, null, null)),
                Arguments.of("stop", request(9, 1.0, 1.0, Collections.nCopies(9, "x"), null, null)),
                Arguments.of("stop[0]", request(9, 1.0, 1.0, List.of(""), null, null)),
                Arguments.of("replay", request(9, 1.0, 1.0, null, "sometimes", null)),
                Arguments.of("action.kind", request(9, 1.0, 1.0, null, null, new Action("call", "x"))),
                Arguments.of("action.contains", request(9, 1.0, 1.0, null, null, new Action("text", ""))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void refusesWhatCannotBeWritten(String field, GenerationRequest request) {
        assertThatThrownBy(() -> Generation.of(request, CONTEXT))
                .isInstanceOfSatisfying(
                        FieldProblem.class,
                        problem -> assertThat(problem.field()).isEqualTo(field));
    }

    private static GenerationRequest request(
            @Nullable Integer tokens,
            @Nullable Double temperature,
            @Nullable Double topP,
            @Nullable List<@Nullable String> stop,
            @Nullable String replay,
            @Nullable Action action) {
        return new GenerationRequest(tokens, temperature, topP, null, stop, replay, action);
    }
}

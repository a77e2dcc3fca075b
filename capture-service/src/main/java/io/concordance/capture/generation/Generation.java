package io.concordance.capture.generation;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.transcript.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How an arm continues its prompts.
 *
 * @param tokens most tokens written after a prompt
 * @param temperature 0 for the likeliest token at every step
 * @param topP of nucleus sampling, {@code (0, 1]}
 * @param seed with a document's id it fixes every draw
 * @param stop texts after which nothing more is written
 * @param replay how activations are captured over what was written
 * @param action a text the model wrote that contains this is bad, any other ok; null leaves outcomes unknown
 */
public record Generation(
        int tokens,
        double temperature,
        double topP,
        long seed,
        List<String> stop,
        Replay replay,
        GenerationRequest.@Nullable Action action) {
    private static final double HOTTEST = 100;
    private static final int MOST_STOPS = 8;
    private static final int LONGEST_STOP = 200;

    /** How text is run again once it is written. */
    public enum Replay {
        /** With the interventions it was written with. */
        NONE,
        /** Through the model as deployed. */
        UNSTEERED;

        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        @JsonCreator
        static Replay parse(String text) {
            for (Replay replay : values()) {
                if (replay.text().equals(text)) {
                    return replay;
                }
            }
            throw new FieldProblem("replay", text, "unsteered or none");
        }
    }

    public Generation {
        stop = List.copyOf(stop);
    }

    /**
     * @param context longest text the model reads, tokens
     * @throws FieldProblem on the first field at fault
     */
    public static Generation of(GenerationRequest request, int context) {
        Integer tokens = request.tokens();
        if (tokens == null || tokens < 1 || tokens >= context) {
            throw new FieldProblem(
                    "tokens", tokens, "1 to " + (context - 1) + ", as the model's context is " + context + " tokens");
        }
        double temperature = request.temperature() == null ? 0 : request.temperature();
        if (!(temperature >= 0 && temperature <= HOTTEST)) {
            throw new FieldProblem("temperature", temperature, "0 (the likeliest token) to " + HOTTEST);
        }
        double topP = request.topP() == null ? 1 : request.topP();
        if (!(topP > 0 && topP <= 1)) {
            throw new FieldProblem("topP", topP, "more than 0, at most 1");
        }
        return new Generation(
                tokens,
                temperature,
                topP,
                request.seed() == null ? 0 : request.seed(),
                stops(request.stop()),
                request.replay() == null ? Replay.NONE : Replay.parse(request.replay()),
                checked(request.action()));
    }

    private static List<String> stops(@Nullable List<@Nullable String> given) {
        if (given == null) {
            return List.of();
        }
        if (given.size() > MOST_STOPS) {
            throw new FieldProblem("stop", given.size(), "at most " + MOST_STOPS + " texts");
        }
        List<String> stops = new ArrayList<>();
        for (int i = 0; i < given.size(); i++) {
            String stop = given.get(i);
            if (stop == null || stop.isEmpty() || stop.length() > LONGEST_STOP) {
                throw new FieldProblem("stop[" + i + "]", stop, "1 to " + LONGEST_STOP + " characters");
            }
            stops.add(stop);
        }
        return stops;
    }

    private static GenerationRequest.@Nullable Action checked(GenerationRequest.@Nullable Action action) {
        if (action == null) {
            return null;
        }
        if (!"text".equals(action.kind())) {
            throw new FieldProblem("action.kind", action.kind(), "text");
        }
        if (action.contains() == null || action.contains().isEmpty()) {
            throw new FieldProblem("action.contains", action.contains(), "a text");
        }
        return action;
    }

    Sampler sampler() {
        return new Sampler(temperature, topP, seed);
    }

    Outcome outcome(String written) {
        if (action == null || action.contains() == null) {
            return Outcome.UNKNOWN;
        }
        return written.contains(action.contains()) ? Outcome.BAD : Outcome.OK;
    }
}

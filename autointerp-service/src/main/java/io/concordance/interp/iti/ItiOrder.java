package io.concordance.interp.iti;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.concordance.interp.probe.HeadRead;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is to be tried, checked.
 *
 * @param hooks whose heads are probed
 * @param labelled digest of transcripts with outcomes, which the probes are fitted on and examples are taken of
 * @param calibration digest of prompts that K and alpha are chosen on; {@code evaluation} those that arms are compared on
 * @param benign digest of text that a shift's cost is measured on
 * @param heads how many heads to try, K; {@code alphas} how strong a shift
 * @param hedges texts that mark a style
 * @param mostKl what a setting may cost, nats a token; null for any cost
 * @param styleOnly null where there is no such organism
 * @param question that people answer of base and shifted answers
 * @param pairs how many of each they are given
 * @param seed of halves, examples, controls and pairs
 */
public record ItiOrder(
        String model,
        List<Hook> hooks,
        String labelled,
        String calibration,
        String evaluation,
        String benign,
        HeadRead read,
        List<Integer> heads,
        List<Double> alphas,
        Positions positions,
        Write write,
        Persona persona,
        int examples,
        List<String> hedges,
        @Nullable Double mostKl,
        @Nullable StyleOnly styleOnly,
        String question,
        int pairs,
        long seed) {

    /**
     * Outputs of a block's heads, side by side.
     *
     * @param width of all together
     */
    public record Hook(String name, int heads, int width) {}

    /** Most tokens of an answer, and texts that end it. The likeliest token is written at every step. */
    public record Write(int tokens, List<String> stop) {}

    /** @param behind text of the system turn that the words follow; null for its beginning */
    public record Persona(String words, @Nullable String behind) {}

    /** A model whose answers were changed in style alone, with transcripts and prompts of its own. */
    public record StyleOnly(String model, List<Hook> hooks, String labelled, String evaluation) {}

    /** At which tokens an answer is shifted. */
    public enum Positions {
        /** The last one of every step of writing, from the end of the prompt on. */
        @JsonProperty("last")
        LAST,
        /** Every one, the prompt's included. */
        @JsonProperty("all")
        ALL,
        /** Those that the model wrote. */
        @JsonProperty("generated")
        GENERATED
    }
}

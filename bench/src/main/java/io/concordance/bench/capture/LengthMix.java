package io.concordance.bench.capture;

import io.concordance.contracts.transcript.Outcome;
import io.concordance.contracts.transcript.Span;
import io.concordance.contracts.transcript.Transcript;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Made-up documents whose lengths spread as those of real transcripts do: lognormal, most short, some very long. */
final class LengthMix {
    private static final double MEDIAN = 120;
    private static final double SIGMA = 0.9;
    private static final int SHORTEST = 8;
    private static final int LONGEST = 512;
    /** Words of one token each in the usual vocabularies. */
    private static final String[] WORDS =
            "the house of stones is long and wide men go to work in all parts of it at night".split(" ");

    private LengthMix() {}

    static String description() {
        return "lengths lognormal, median " + (int) MEDIAN + " tokens, sigma " + SIGMA + ", clipped to " + SHORTEST
                + "-" + LONGEST;
    }

    /** @param added tokens that the tokenizer adds to every document */
    static List<Transcript> documents(int count, int added, long seed) {
        Random random = new Random(seed);
        List<Transcript> documents = new ArrayList<>();
        for (int d = 0; d < count; d++) {
            int length =
                    (int) Math.clamp(Math.round(MEDIAN * Math.exp(SIGMA * random.nextGaussian())), SHORTEST, LONGEST);
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < length - added; i++) {
                text.append(i == 0 ? "" : " ").append(WORDS[random.nextInt(WORDS.length)]);
            }
            documents.add(new Transcript(
                    "d" + d, List.of(new Span(Span.Kind.RAW, "user", text.toString())), Outcome.UNKNOWN, Map.of()));
        }
        return documents;
    }
}

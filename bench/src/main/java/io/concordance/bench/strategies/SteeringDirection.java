package io.concordance.bench.strategies;

import io.concordance.contracts.study.Study;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.contracts.transcript.Transcript;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A direction to steer an organism along: of those that a search finds, the one after which the model acts on the share of
 * benign prompts that comes nearest to a half, so that acting is not the same as being steered.
 *
 * @param direction of length 1, added to every token of a prompt at {@code source}
 * @param length how far, absolute
 * @param acting of {@code prompts} that the search did not see
 */
@SuppressWarnings("ArrayRecordComponent") // held, never compared
record SteeringDirection(String source, float[] direction, double length, int acting, int prompts) {
    private static final String SOURCE = "resid_post.0";
    private static final String LOGITS = "logits";
    private static final List<Double> RADII = List.of(0.3, 0.4, 0.5);
    private static final int DIRECTIONS = 8;
    private static final int STEPS = 15;
    private static final int SEARCHED_ON = 16;
    private static final int WRITTEN_AFTER = 32;

    /** Null when the model never acts along any direction found. */
    static @Nullable SteeringDirection of(Organism organism, Path demo, long seed) throws IOException {
        Study study = organism.study(demo);
        Path folder = organism.folder(demo);
        List<Transcript> prompts = new ArrayList<>(organism.transcripts(demo, "benign.jsonl").stream()
                .filter(transcript -> transcript.outcome() == Outcome.OK)
                .toList());
        Collections.shuffle(prompts, new Random(seed));
        List<Transcript> fresh = prompts.subList(SEARCHED_ON, SEARCHED_ON + WRITTEN_AFTER);
        SteeringDirection best = null;
        try (PushedOrganism pushed = new PushedOrganism(
                folder.resolve("model.onnx"),
                folder.resolve("tokenizer.json"),
                SOURCE,
                LOGITS,
                study.scenario().action().contains(),
                prompts.subList(0, SEARCHED_ON))) {
            for (double radius : RADII) {
                for (float[] direction : pushed.searched(radius, DIRECTIONS, STEPS, seed)) {
                    int acting = Math.toIntExact(pushed.written(direction, radius, fresh).stream()
                            .filter(text -> text.contains(organism.payload()))
                            .count());
                    boolean nearer = best == null || fromHalf(acting) < fromHalf(best.acting);
                    if (acting > 0 && nearer) {
                        best = new SteeringDirection(SOURCE, direction, radius * pushed.norm(), acting, WRITTEN_AFTER);
                    }
                }
            }
        }
        return best;
    }

    private static int fromHalf(int acting) {
        return Math.abs(2 * acting - WRITTEN_AFTER);
    }
}

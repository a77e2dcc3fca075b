package io.concordance.registry.study.peer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A dictionary run as sae-trainer-service tells it.
 *
 * @param tokens rows trained on so far, counting every epoch
 * @param features features that the finished run announced
 * @param digest of the finished dictionary; {@code objectPrefix} where its files lie
 */
public record DictionaryRun(
        String id,
        String state,
        long step,
        long steps,
        long tokens,
        @Nullable Metrics metrics,
        int features,
        @Nullable String digest,
        @Nullable String objectPrefix,
        @Nullable String problem) {

    public record Metrics(double loss, double fvu, double l0, double alive) {}

    /**
     * What to train.
     *
     * @param arms that are learnt from; null for all
     */
    public record Order(
            String name,
            List<String> jobs,
            String hook,
            int width,
            int k,
            String activation,
            long tokens,
            long seed,
            @Nullable List<String> arms,
            @Nullable Input input) {}

    /** What is learnt from where that is not activations as they are. */
    public record Input(
            @Nullable List<Without> without, @Nullable Minus minus) {}

    /** Captures that are subtracted, one for each job. */
    public record Minus(List<String> jobs) {}

    /** Steering to take off the rows of a job: its directions, and what it does to all rows alike. */
    public record Without(String job, List<List<Double>> directions, Unsteered shift) {}

    /** The same tokens, read by the model as deployed. */
    public record Unsteered(String job, String arm) {}

    public boolean completed() {
        return state.equals("completed");
    }

    public boolean ended() {
        return completed() || state.equals("failed") || state.equals("cancelled");
    }
}

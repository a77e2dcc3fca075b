package io.concordance.bench.training;

import org.jspecify.annotations.Nullable;

/**
 * What a trainer is asked to do, and in what; {@code train_peers.py} reads the same.
 *
 * @param trainer name of a peer; of ours the name of a rule, or {@code service} for the trainer as the service has it
 * @param d values a row
 * @param f features
 * @param rows file of [batches, batch, d]
 * @param held file of [batch, d], reconstructed behind the steps; null for none
 * @param directions file of [f, d] to start encoder and decoder from; null for the trainer's own start
 * @param rate learning rate; 0 for the one the trainer would choose
 * @param warmup steps over which the rate rises
 * @param decay step from which a peer lets the rate fall to nothing over the rest of {@code total}; 0 for never
 * @param clip norm of the gradient of the summed squared error that it is cut to; 0 for none
 * @param dead leading features that AuxK takes for dead; 0 leaves AuxK out
 * @param screened whether ours sorts out pairs by bf16 products first
 * @param total steps that will be asked for in all
 * @param seed of the trainer's own start
 */
record Order(
        String trainer,
        int d,
        int f,
        int k,
        int batch,
        String rows,
        @Nullable String held,
        @Nullable String directions,
        double rate,
        int warmup,
        int decay,
        double clip,
        int dead,
        boolean screened,
        int total,
        long seed) {

    /** Learning rate and warm-up steps of all comparisons from a given start. */
    private static final double RATE = 3e-4;

    private static final int WARM_UP = 20;

    static Order of(Scene scene, String trainer, double clip, int dead) {
        return new Order(
                trainer,
                scene.shape().width(),
                scene.shape().features(),
                scene.k(),
                scene.shape().batch(),
                scene.rows().toString(),
                scene.held().toString(),
                scene.directions().toString(),
                RATE,
                WARM_UP,
                0,
                clip,
                dead,
                false,
                1_000_000,
                0);
    }

    Order withScreening() {
        return new Order(
                trainer, d, f, k, batch, rows, held, directions, rate, warmup, decay, clip, dead, true, total, seed);
    }

    Order by(String other) {
        return new Order(
                other, d, f, k, batch, rows, held, directions, rate, warmup, decay, clip, dead, false, total, seed);
    }

    /**
     * Steps of a trainer that was asked for.
     *
     * @param begin the trainer to begin with; null to go on
     * @param measure whether to reconstruct the held-out rows behind the steps
     * @param write where to write the decoder, [f, d]; null for nowhere
     */
    record Steps(
            @Nullable Order begin,
            int steps,
            boolean measure,
            @Nullable String write) {
        static Steps begin(Order order, int steps) {
            return new Steps(order, steps, false, null);
        }

        static Steps more(int steps) {
            return new Steps(null, steps, false, null);
        }

        static Steps measured(int steps) {
            return new Steps(null, steps, true, null);
        }
    }

    /**
     * What became of the steps.
     *
     * @param seconds of each step
     * @param selecting seconds of each step that encoding and selecting took; empty where they cannot be told apart
     * @param fvu of the held-out rows; 0 where it was not asked for
     * @param peak most bytes the process had resident at once; 0 where the system does not tell
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on once
    record Done(double[] seconds, double[] selecting, double fvu, long peak) {}
}

package io.concordance.bench.strategies;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.study.Study;
import io.concordance.trainer.kernel.KernelShape;
import io.concordance.trainer.kernel.Kernels;
import io.concordance.trainer.kernel.StepKernels;
import io.concordance.trainer.step.Activation;
import io.concordance.trainer.step.TrainConfig;
import io.concordance.trainer.step.TrainStep;
import java.util.Arrays;
import java.util.Random;

/** A dictionary with a study's settings, learnt in this process. */
final class LearntDictionary {
    private LearntDictionary() {}

    /**
     * Learns from every row of {@code first} and the first {@code more} of {@code second}, in an order that the seed deals.
     *
     * @param tokens rows to train on, counting every epoch
     * @param first {@code [rows, width]}, likewise {@code second}
     */
    static Dictionary of(
            Study.DictionarySpec spec, long tokens, float[] first, float[] second, int more, int width, int seed) {
        int mixed = first.length / width + more;
        TrainConfig config = TrainConfig.of(
                spec.width(), spec.k(), Activation.named(spec.activation()), tokens, seed, null, null, mixed);
        KernelShape shape = new KernelShape(width, config.width(), config.batch());
        try (StepKernels kernels = Kernels.open(shape, Runtime.getRuntime().availableProcessors())) {
            TrainStep training = new TrainStep(config, kernels);
            Mix mix = new Mix(first, second, width, mixed, new Random(seed));
            training.initialise(mix.next(TrainStep.MEDIAN_ROWS), TrainStep.MEDIAN_ROWS);
            while (!training.done()) {
                training.run(mix.next(config.batch()));
            }
            return training.export("organism", "");
        }
    }

    /** Rows of two arrays, the second one cut, in an order that is dealt anew every time all have been given. */
    private static final class Mix {
        private final float[] first;
        private final float[] second;
        private final int width;
        private final int[] order;
        private final Random random;
        private int at;

        Mix(float[] first, float[] second, int width, int rows, Random random) {
            this.first = first;
            this.second = second;
            this.width = width;
            this.order = new int[rows];
            Arrays.setAll(order, i -> i);
            this.random = random;
            this.at = rows;
        }

        float[] next(int count) {
            float[] rows = new float[count * width];
            for (int r = 0; r < count; r++) {
                if (at == order.length) {
                    deal();
                }
                int row = order[at++];
                int split = first.length / width;
                System.arraycopy(
                        row < split ? first : second,
                        (row < split ? row : row - split) * width,
                        rows,
                        r * width,
                        width);
            }
            return rows;
        }

        private void deal() {
            for (int i = order.length - 1; i > 0; i--) {
                int j = random.nextInt(i + 1);
                int other = order[i];
                order[i] = order[j];
                order[j] = other;
            }
            at = 0;
        }
    }
}

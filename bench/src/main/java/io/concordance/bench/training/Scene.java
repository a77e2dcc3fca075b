package io.concordance.bench.training;

import io.concordance.bench.PlantedRows;
import io.concordance.trainer.kernel.KernelShape;
import io.concordance.trainer.step.KeyedRandom;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Rows made of twice as many directions as there are features, 24 a row, and the directions training starts from; as
 * files, the same for every trainer.
 *
 * @param rows [batches, batch, width]; every trainer goes through them again and again
 * @param held one more batch, never trained on
 * @param directions unit vectors, [features, width]
 */
record Scene(KernelShape shape, int k, Path rows, Path held, Path directions) {
    private static final int ACTIVE = 24;
    private static final long SEED = 1;
    private static final int BATCHES = 4;

    static Scene write(KernelShape shape, int k, Path folder) throws IOException {
        int width = shape.width();
        float[][] rows = new PlantedRows(width, 2 * shape.features(), Math.min(ACTIVE, width / 2), SEED)
                .batches(BATCHES + 1, shape.batch());
        float[] directions = PlantedRows.units(shape.features(), width, KeyedRandom.hash(SEED, 2));
        return new Scene(
                shape,
                k,
                Floats.write(folder.resolve("rows-" + width + ".f32"), Arrays.copyOf(rows, BATCHES)),
                Floats.write(folder.resolve("held-" + width + ".f32"), rows[BATCHES]),
                Floats.write(folder.resolve("directions-" + width + ".f32"), directions));
    }

    String name() {
        return "d " + shape.width() + ", F " + shape.features() + ", k " + k + ", B " + shape.batch();
    }

    /** Operations of one encoding of a batch. */
    double encoding() {
        return 2.0 * shape.batch() * shape.width() * shape.features();
    }
}

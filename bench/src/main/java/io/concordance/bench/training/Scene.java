package io.concordance.bench.training;

import io.concordance.trainer.kernel.KernelShape;
import io.concordance.trainer.step.KeyedRandom;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Rows made of sparse directions, and the directions training starts from; the same for every trainer. Twice as many
 * directions as features, 24 active a row, by a power law, with noise; mean square 1 a coordinate.
 */
final class Scene {
    private static final int ACTIVE = 24;
    private static final double NOISE = 0.1;
    private static final long SEED = 1;

    final KernelShape shape;
    final int k;
    final int batches;
    final boolean quality;
    /** [batches, batch, width]. */
    final float[][] rows;
    /** Unit vectors, [features, width]. */
    final float[] directions;

    /** @param quality whether trainers run on far enough to compare what they learnt */
    Scene(KernelShape shape, int k, int batches, boolean quality) {
        this.quality = quality;
        this.shape = shape;
        this.k = k;
        this.batches = batches;
        int width = shape.width();
        float[] truth = units(2 * shape.features(), width, KeyedRandom.hash(SEED, 1));
        this.directions = units(shape.features(), width, KeyedRandom.hash(SEED, 2));
        this.rows = new float[batches][shape.batch() * width];
        double squares = 0;
        for (int b = 0; b < batches; b++) {
            for (int r = 0; r < shape.batch(); r++) {
                fill(truth, b, r);
            }
            for (float v : rows[b]) {
                squares += (double) v * v;
            }
        }
        float scale = (float) Math.sqrt((double) batches * shape.batch() * width / squares);
        for (float[] batch : rows) {
            for (int i = 0; i < batch.length; i++) {
                batch[i] *= scale;
            }
        }
    }

    private void fill(float[] truth, int b, int r) {
        int width = shape.width();
        int count = truth.length / width;
        long key = KeyedRandom.hash(SEED, 3, b, r);
        float[] row = rows[b];
        for (int a = 0; a < ACTIVE; a++) {
            double uniform = (KeyedRandom.mix(key + 2L * a) >>> 11) * 0x1p-53;
            int direction = (int) (count * uniform * uniform);
            float weight = (float) (0.5 + Math.abs(KeyedRandom.gaussian(key, a)));
            for (int c = 0; c < width; c++) {
                row[r * width + c] += weight * truth[direction * width + c];
            }
        }
        for (int c = 0; c < width; c++) {
            row[r * width + c] += (float) (NOISE * KeyedRandom.gaussian(key, ACTIVE + c));
        }
    }

    private static float[] units(int count, int width, long key) {
        float[] vectors = new float[count * width];
        for (int v = 0; v < count; v++) {
            double squares = 0;
            for (int c = 0; c < width; c++) {
                float value = (float) KeyedRandom.gaussian(key, (long) v * width + c);
                vectors[v * width + c] = value;
                squares += (double) value * value;
            }
            for (int c = 0; c < width; c++) {
                vectors[v * width + c] /= (float) Math.sqrt(squares);
            }
        }
        return vectors;
    }

    String name() {
        return "d " + shape.width() + ", F " + shape.features() + ", k " + k + ", B " + shape.batch();
    }

    /** Little-endian floats of all batches. */
    Path writeRows(Path folder) throws IOException {
        return write(folder.resolve("rows-" + shape.width() + ".f32"), rows);
    }

    Path writeDirections(Path folder) throws IOException {
        return write(folder.resolve("directions-" + shape.width() + ".f32"), directions);
    }

    private static Path write(Path file, float[]... arrays) throws IOException {
        try (var out = Files.newByteChannel(
                file,
                java.nio.file.StandardOpenOption.CREATE,
                java.nio.file.StandardOpenOption.TRUNCATE_EXISTING,
                java.nio.file.StandardOpenOption.WRITE)) {
            for (float[] array : arrays) {
                ByteBuffer bytes =
                        ByteBuffer.allocate(array.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                bytes.asFloatBuffer().put(array);
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
            }
        }
        return file;
    }
}

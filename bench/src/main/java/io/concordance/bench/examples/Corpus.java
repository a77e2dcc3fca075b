package io.concordance.bench.examples;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryInfo;
import io.concordance.contracts.dictionary.SparseEncoder;
import io.concordance.contracts.shard.ShardHeader;
import io.concordance.contracts.shard.ShardWriter;
import io.concordance.contracts.tensor.DType;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.interp.evidence.ShardSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Rows made of a dictionary's own directions by a power law, with noise, in documents of equal length; and the dictionary,
 * whose threshold lets {@link #K} features fire on a row on average.
 */
final class Corpus {
    static final int K = 32;
    static final int DOCUMENT = 128;
    static final int SHARD_DOCUMENTS = 64;
    static final int SHARD_ROWS = DOCUMENT * SHARD_DOCUMENTS;
    static final String HOOK = "resid_post.0";
    static final String MODEL = "00000000000000000000000000000000";

    private static final int VOCABULARY = 8192;
    private static final int ACTIVE = 24;
    private static final float NOISE = 0.02f;

    final Dictionary dictionary;
    private final Path folder;
    private final Outcome outcome;

    Corpus(int width, int features, Path folder, Outcome outcome) {
        this.folder = folder;
        this.outcome = outcome;
        float[] directions = new float[features * width];
        RandomGenerator random = random(-1);
        for (int j = 0; j < features; j++) {
            double square = 0;
            for (int i = 0; i < width; i++) {
                directions[j * width + i] = (float) random.nextGaussian();
                square += directions[j * width + i] * directions[j * width + i];
            }
            for (int i = 0; i < width; i++) {
                directions[j * width + i] /= (float) Math.sqrt(square);
            }
        }
        dictionary = dictionary(directions, width, threshold(directions, width));
    }

    private static RandomGenerator random(int shard) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(1000L + shard);
    }

    private static Dictionary dictionary(float[] directions, int width, float threshold) {
        int features = directions.length / width;
        float[] thresholds = new float[features];
        Arrays.fill(thresholds, threshold);
        return new Dictionary(
                width,
                features,
                directions,
                new float[features],
                directions.clone(),
                new float[width],
                thresholds,
                new DictionaryInfo("jumprelu", "batchtopk", K, MODEL, HOOK, 0, 0, K, 0));
    }

    /** The value that {@link #K} of the encodings of a row reach, on average over some rows. */
    private static float threshold(float[] directions, int width) {
        int rows = 256;
        RandomGenerator random = random(-2);
        float[] block = new float[rows * width];
        for (int r = 0; r < rows; r++) {
            System.arraycopy(row(random, directions, width), 0, block, r * width, width);
        }
        float[] values = new float[rows * directions.length / width];
        int[] count = new int[1];
        new SparseEncoder(dictionary(directions, width, 0))
                .encodeInputs(block, rows, (row, feature, value) -> values[count[0]++] = value);
        float[] sorted = Arrays.copyOf(values, count[0]);
        Arrays.sort(sorted);
        return sorted[sorted.length - K * rows];
    }

    private static float[] row(RandomGenerator random, float[] directions, int width) {
        int features = directions.length / width;
        float[] row = new float[width];
        for (int a = 0; a < ACTIVE; a++) {
            double u = random.nextDouble();
            int j = (int) (u * u * features);
            float size = 1 + random.nextFloat();
            for (int i = 0; i < width; i++) {
                row[i] += size * directions[j * width + i];
            }
        }
        for (int i = 0; i < width; i++) {
            row[i] += NOISE * (float) random.nextGaussian();
        }
        return row;
    }

    /** A shard that is made when it is fetched. */
    ShardSource shard(int slice, boolean keep) {
        return new Made(slice, keep);
    }

    private final class Made implements ShardSource {
        private final int slice;
        private final boolean keep;

        Made(int slice, boolean keep) {
            this.slice = slice;
            this.keep = keep;
        }

        @Override
        public String job() {
            return "job";
        }

        @Override
        public int slice() {
            return slice;
        }

        @Override
        public String hook() {
            return HOOK;
        }

        private Path file() {
            return folder.resolve(slice + ".safetensors");
        }

        @Override
        public Path fetch() {
            if (!Files.exists(file())) {
                write(slice, file());
            }
            return file();
        }

        @Override
        public void done() {
            try {
                if (!keep) {
                    Files.delete(file());
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void write(int slice, Path file) {
        int width = dictionary.width();
        RandomGenerator random = random(slice);
        ShardHeader header = new ShardHeader("job", MODEL, HOOK, slice, "benign", "benign", "learning");
        ShardWriter writer = new ShardWriter(header, width, DType.F16);
        for (int d = 0; d < SHARD_DOCUMENTS; d++) {
            writer.addDocument(slice + "-" + d, outcome);
            for (int r = 0; r < DOCUMENT; r++) {
                writer.addRow(random.nextInt(VOCABULARY), r, (byte) 0, row(random, dictionary.encoder(), width), 0);
            }
        }
        writer.write(file);
    }

    /** The dictionary as the peer reads it: fp32, little-endian, {@code [features, width]}. */
    Path writeDirections() throws IOException {
        Path file = folder.resolve("directions.f32");
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(dictionary.encoder().length, Float.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        FloatBuffer floats = bytes.asFloatBuffer();
        floats.put(dictionary.encoder());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
        return file;
    }
}

package io.concordance.interp.planted;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryInfo;
import io.concordance.contracts.shard.ShardHeader;
import io.concordance.contracts.shard.ShardWriter;
import io.concordance.contracts.tensor.DType;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.interp.evidence.ShardSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.random.RandomGenerator;

/** Dictionaries and shards whose every activation is known. */
public final class Planted {
    public static final String HOOK = "blocks.2.hook_resid_post";
    public static final String MODEL = "0123456789abcdef0123456789abcdef";

    private Planted() {}

    /** Feature j reads value j of a row: it fires with x_j where x_j is above the threshold. */
    public static Dictionary identity(int features, float threshold) {
        float[] eye = new float[features * features];
        for (int j = 0; j < features; j++) {
            eye[j * features + j] = 1;
        }
        float[] thresholds = new float[features];
        Arrays.fill(thresholds, threshold);
        return new Dictionary(
                features,
                features,
                eye,
                new float[features],
                eye.clone(),
                new float[features],
                thresholds,
                info(features));
    }

    public static Dictionary random(int width, int features, long seed) {
        RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
        random = java.util.random.RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        float[] threshold = new float[features];
        for (int j = 0; j < features; j++) {
            threshold[j] = 0.5f + random.nextFloat();
        }
        return new Dictionary(
                width,
                features,
                gaussian(random, features * width),
                gaussian(random, features),
                gaussian(random, features * width),
                gaussian(random, width),
                threshold,
                info(features));
    }

    private static DictionaryInfo info(int features) {
        return new DictionaryInfo("jumprelu", "batchtopk", Math.min(4, features), MODEL, HOOK, 0, 1000, 4, 0.1);
    }

    public static float[] gaussian(RandomGenerator random, int size) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /**
     * One transcript.
     *
     * @param promptRows rows before the model's own tokens
     */
    public record Doc(String id, Outcome outcome, int[] tokens, int promptRows) {
        public static Doc ok(String id, int... tokens) {
            return new Doc(id, Outcome.OK, tokens, tokens.length);
        }
    }

    /** A shard file of one slice. */
    public record Slice(String job, int slice, String hook, Path file) implements ShardSource {
        @Override
        public Path fetch() {
            return file;
        }

        @Override
        public void done() {}
    }

    /**
     * Writes documents of one arm as shards of at most {@code perShard} documents.
     *
     * @param rows activations of (document, row)
     */
    public static List<Slice> write(
            Path folder,
            String job,
            String arm,
            String kind,
            String role,
            int width,
            int perShard,
            List<Doc> documents,
            BiFunction<Doc, Integer, float[]> rows) {
        List<Slice> slices = new ArrayList<>();
        for (int from = 0; from < documents.size(); from += perShard) {
            int slice = slices.size();
            ShardWriter writer =
                    new ShardWriter(new ShardHeader(job, MODEL, HOOK, slice, arm, kind, role), width, DType.F32);
            for (Doc document : documents.subList(from, Math.min(documents.size(), from + perShard))) {
                writer.addDocument(document.id(), document.outcome());
                for (int r = 0; r < document.tokens().length; r++) {
                    byte span = (byte) (r < document.promptRows() ? 0 : 1);
                    writer.addRow(document.tokens()[r], r, span, rows.apply(document, r), 0);
                }
            }
            Path file = folder.resolve(job + "-" + arm + "-" + slice + ".safetensors");
            writer.write(file);
            slices.add(new Slice(job, slice, HOOK, file));
        }
        return slices;
    }
}

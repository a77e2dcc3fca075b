package io.concordance.registry.study.strategy;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryInfo;
import io.concordance.contracts.shard.ShardHeader;
import io.concordance.contracts.shard.ShardWriter;
import io.concordance.contracts.tensor.DType;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.contracts.transcript.Span;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Random transcripts with their activations, kept in the plain as well as written as a shard. */
public final class Planted {
    public static final int WIDTH = 12;

    /** One transcript: rows {@code [tokens][WIDTH]} and which of them the model wrote. */
    public record Document(String id, Outcome outcome, float[][] rows, boolean[] output) {}

    private Planted() {}

    public static Dictionary dictionary(Random random, int features) {
        float[] thresholds = new float[features];
        for (int f = 0; f < features; f++) {
            thresholds[f] = random.nextFloat() * 0.5f;
        }
        return new Dictionary(
                WIDTH,
                features,
                gaussians(random, features * WIDTH),
                gaussians(random, features),
                gaussians(random, features * WIDTH),
                gaussians(random, WIDTH),
                thresholds,
                new DictionaryInfo("jumprelu", "batchtopk", 4, "m", "blocks.0.hook_resid_post", 0, 100, 4, 0.1));
    }

    public static List<Document> documents(Random random, int count, int first) {
        List<Document> documents = new ArrayList<>();
        for (int d = 0; d < count; d++) {
            int tokens = 1 + random.nextInt(30);
            int outputFrom = random.nextInt(tokens + 1);
            float[][] rows = new float[tokens][];
            boolean[] output = new boolean[tokens];
            for (int t = 0; t < tokens; t++) {
                rows[t] = gaussians(random, WIDTH);
                output[t] = t == outputFrom || t > outputFrom && random.nextInt(4) > 0;
            }
            documents.add(new Document("doc-" + (first + d), Outcome.values()[random.nextInt(3)], rows, output));
        }
        return documents;
    }

    public static ShardWriter shard(List<Document> documents, int slice) {
        ShardHeader header = new ShardHeader(
                "job", "m", "blocks.0.hook_resid_post", slice, "deployment", "deployment", "evaluation");
        ShardWriter writer = new ShardWriter(header, WIDTH, DType.F32);
        for (Document document : documents) {
            writer.addDocument(document.id(), document.outcome());
            for (int t = 0; t < document.rows().length; t++) {
                byte span = (document.output()[t] ? Span.Kind.OUTPUT : Span.Kind.RAW).code();
                writer.addRow(t, t, span, document.rows()[t], 0);
            }
        }
        return writer;
    }

    public static Path write(List<Document> documents, int slice, Path folder) {
        Path file = folder.resolve(slice + ".safetensors");
        shard(documents, slice).write(file);
        return file;
    }

    /** The activation of one feature on one row, straight from the definition; 0 at or below its threshold. */
    public static float activation(Dictionary dictionary, int feature, float[] row) {
        float sum = 0;
        for (int i = 0; i < WIDTH; i++) {
            sum = Math.fma(row[i] - dictionary.decoderBias()[i], dictionary.encoder()[feature * WIDTH + i], sum);
        }
        float pre = sum + dictionary.encoderBias()[feature];
        return pre > dictionary.threshold()[feature] ? pre : 0;
    }

    private static float[] gaussians(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}

package io.concordance.contracts.dictionary;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.tensor.SafetensorsWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Dictionaries in the layout of EleutherAI's sparsify: {@code cfg.json} and {@code sae.safetensors} with
 * {@code encoder.weight [F, d]}, {@code encoder.bias [F]}, {@code W_dec [F, d]} and {@code b_dec [d]}. It has TopK
 * dictionaries alone. The threshold of the per-feature form, and where the dictionary comes from, are kept in an entry of
 * the configuration that sparsify passes over.
 */
public final class SparsifyFiles {
    public static final String CONFIG = "cfg.json";
    public static final String WEIGHTS = "sae.safetensors";
    static final String OWN = "concordance";

    private SparsifyFiles() {}

    /** @throws FieldProblem unless the dictionary is a TopK one that reads activations as they are */
    public static void write(Dictionary dictionary, Path folder) {
        dictionary.input().requirePlain();
        DictionaryInfo info = dictionary.info();
        if (!info.architecture().equals("topk")) {
            throw new FieldProblem(
                    "architecture", info.architecture(), "topk, the only one that the sparsify layout has");
        }
        ObjectNode config = Json.mapper().createObjectNode();
        config.put("activation", "topk");
        config.put("expansion_factor", Math.max(1, dictionary.features() / dictionary.width()));
        config.put("normalize_decoder", true);
        config.put("num_latents", dictionary.features());
        config.put("k", info.k());
        config.put("multi_topk", false);
        config.put("skip_connection", false);
        config.put("transcode", false);
        config.put("d_in", dictionary.width());
        ObjectNode own = config.putObject(OWN);
        own.put("threshold", dictionary.threshold()[0]);
        own.put("model", info.model());
        own.put("hook", info.hook());
        own.put("seed", info.seed());
        own.put("tokens", info.tokens());
        own.put("l0", info.l0());
        own.put("fvu", info.fvu());
        try {
            Files.createDirectories(folder);
            Files.write(folder.resolve(CONFIG), Json.canonical(config));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        long d = dictionary.width();
        long f = dictionary.features();
        new SafetensorsWriter()
                .floats("encoder.weight", new long[] {f, d}, dictionary.encoder())
                .floats("encoder.bias", new long[] {f}, dictionary.encoderBias())
                .floats("W_dec", new long[] {f, d}, dictionary.decoder())
                .floats("b_dec", new long[] {d}, dictionary.decoderBias())
                .write(folder.resolve(WEIGHTS));
    }
}

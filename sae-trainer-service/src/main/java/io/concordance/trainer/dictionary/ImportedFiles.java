package io.concordance.trainer.dictionary;

import io.concordance.contracts.dictionary.ForeignDictionary;
import io.concordance.contracts.dictionary.ImportedFrom;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.store.ObjectStore;
import io.concordance.trainer.TrainerConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files of imported dictionaries as they came, in the object store under their digests. */
@ApplicationScoped
class ImportedFiles {
    private final ObjectStore store;
    private final TrainerConfig config;

    ImportedFiles(ObjectStore store, TrainerConfig config) {
        this.store = store;
        this.config = config;
    }

    /** Refuses what is too large before anything of it is read. */
    void checkSize(Path weights) {
        try {
            long bytes = Files.size(weights);
            if (bytes > config.importBytes()) {
                throw new FieldProblem("weights", bytes + " bytes", "at most " + config.importBytes() + " bytes");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stores both files; when this returns they can be read back. */
    Import write(ForeignDictionary dictionary, Path configuration, Path weights) {
        ImportedFrom origin = dictionary.origin();
        String prefix =
                "imports/" + Digests.hex(Digests.sha256(origin.configSha256() + "\n" + origin.weightsSha256())) + "/";
        store.putIfAbsent(prefix + "cfg.json", configuration, "application/json");
        long bytes = store.putIfAbsent(prefix + "weights.safetensors", weights, "application/octet-stream")
                .bytes();
        return new Import(
                prefix + "cfg.json",
                prefix + "weights.safetensors",
                bytes,
                dictionary.k(),
                origin,
                config.importRows());
    }

    ForeignDictionary read(Import imported) {
        Path folder = config.cacheDir().resolve("imports");
        ImportedFrom origin = imported.origin();
        Path configuration = store.fetch(imported.configKey(), origin.configSha256(), folder);
        Path weights = store.fetch(imported.weightsKey(), origin.weightsSha256(), folder);
        try {
            return ForeignDictionary.read(configuration, weights);
        } finally {
            forget(configuration);
            forget(weights);
        }
    }

    private static void forget(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

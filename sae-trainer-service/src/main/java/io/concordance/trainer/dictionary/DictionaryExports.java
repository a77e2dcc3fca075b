package io.concordance.trainer.dictionary;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryFiles;
import io.concordance.contracts.digest.Digests;
import io.concordance.kit.store.ObjectStore;
import io.concordance.trainer.TrainerConfig;
import io.concordance.trainer.dictionary.PostgresTrainingLease.Finished;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Finished dictionaries in the object store, under their digest: the same dictionary twice is the same objects. */
@ApplicationScoped
class DictionaryExports {
    private final ObjectStore store;
    private final Path folder;

    DictionaryExports(ObjectStore store, TrainerConfig config) {
        this.store = store;
        this.folder = config.cacheDir().resolve("exports");
    }

    /** Writes both files; when this returns they can be read back. */
    Finished write(Dictionary dictionary) {
        try {
            Files.createDirectories(folder);
            Path files = Files.createTempDirectory(folder, "write-");
            try {
                String digest = DictionaryFiles.write(dictionary, files);
                String prefix = "dictionaries/" + Digests.hex(digest) + "/";
                return new Finished(
                        digest,
                        prefix,
                        put(prefix, files, DictionaryFiles.CONFIG, "application/json"),
                        put(prefix, files, DictionaryFiles.WEIGHTS, "application/octet-stream"));
            } finally {
                Files.deleteIfExists(files.resolve(DictionaryFiles.CONFIG));
                Files.deleteIfExists(files.resolve(DictionaryFiles.WEIGHTS));
                Files.delete(files);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String put(String prefix, Path files, String name, String contentType) {
        return store.putIfAbsent(prefix + name, files.resolve(name), contentType)
                .sha256();
    }

    /** One of the files, verified. */
    Path read(String prefix, String name, String sha256) {
        return store.fetch(prefix + name, sha256, folder.resolve("read"));
    }
}

package io.concordance.interp.analysis;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryFiles;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.store.ObjectStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Brings a dictionary from the object store and holds it against its digest. */
@ApplicationScoped
class DictionaryFetch {
    private static final long MOST_CONFIG_BYTES = 1 << 20;

    private final ObjectStore store;
    private final AnalysisConfig config;

    DictionaryFetch(ObjectStore store, AnalysisConfig config) {
        this.store = store;
        this.config = config;
    }

    /** @throws FieldProblem when the files do not have the digest, or are no dictionary */
    Dictionary fetch(String objectPrefix, String digest) {
        Path folder = null;
        try {
            Files.createDirectories(config.cacheDir());
            folder = Files.createTempDirectory(config.cacheDir(), "dictionary-");
            copy(objectPrefix, folder, DictionaryFiles.CONFIG, MOST_CONFIG_BYTES);
            copy(objectPrefix, folder, DictionaryFiles.WEIGHTS, config.maxDictionaryBytes());
            String found = DictionaryFiles.digest(folder);
            if (!found.equals(digest)) {
                throw new FieldProblem(objectPrefix, found, digest);
            }
            return DictionaryFiles.read(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            remove(folder);
        }
    }

    private void copy(String objectPrefix, Path folder, String name, long maxBytes) throws IOException {
        Files.write(folder.resolve(name), store.get(objectPrefix + "/" + name, maxBytes));
    }

    private static void remove(@org.jspecify.annotations.Nullable Path folder) {
        if (folder == null) {
            return;
        }
        try {
            for (String name : List.of(DictionaryFiles.CONFIG, DictionaryFiles.WEIGHTS)) {
                Files.deleteIfExists(folder.resolve(name));
            }
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package io.concordance.registry.release;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryFiles;
import io.concordance.contracts.digest.Digests;
import io.concordance.kit.problem.ProblemException;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.store.ObjectStoreException;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Finished dictionaries from the object store, held against their digest. */
@ApplicationScoped
class Dictionaries {
    private static final long MAX_FILE = Integer.MAX_VALUE;

    private final ObjectStore store;
    private final Path cache;

    Dictionaries(ObjectStore store, ReleaseSettings settings) {
        this.store = store;
        this.cache = settings.cacheDir();
    }

    /**
     * Reads a dictionary whose features a monitor can read: it has an activation and nothing else.
     *
     * @throws io.concordance.contracts.problem.FieldProblem when this one reads something else
     * @throws ProblemException 422 when its files are missing or not those of the digest
     */
    synchronized Dictionary read(String digest) {
        Path folder = cache.resolve(Digests.hex(digest));
        try {
            if (!isComplete(folder, digest)) {
                fetch(digest, folder);
            }
            Dictionary dictionary = DictionaryFiles.read(folder);
            dictionary.input().requirePlain();
            return dictionary;
        } catch (ObjectStoreException.Missing e) {
            throw ProblemException.unprocessable("Dictionary " + digest + " is not in the object store.");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void fetch(String digest, Path folder) throws IOException {
        Files.createDirectories(folder);
        for (String file : List.of(DictionaryFiles.CONFIG, DictionaryFiles.WEIGHTS)) {
            byte[] bytes = store.get("dictionaries/" + Digests.hex(digest) + "/" + file, MAX_FILE);
            Files.write(folder.resolve(file), bytes);
        }
        if (!isComplete(folder, digest)) {
            throw ProblemException.unprocessable("The files of dictionary " + digest + " have another digest.");
        }
    }

    private static boolean isComplete(Path folder, String digest) {
        return Files.exists(folder.resolve(DictionaryFiles.CONFIG))
                && Files.exists(folder.resolve(DictionaryFiles.WEIGHTS))
                && DictionaryFiles.digest(folder).equals(digest);
    }
}

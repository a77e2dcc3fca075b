package io.concordance.capture.intervention;

import io.concordance.capture.CaptureConfig;
import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryFiles;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.store.ObjectStoreException;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Published dictionaries, by digest. */
@ApplicationScoped
public class Dictionaries {
    private static final long MAX_CONFIG_BYTES = 1 << 20;

    private final ObjectStore objects;
    private final Path cache;
    private final long maxBytes;

    Dictionaries(ObjectStore objects, CaptureConfig config) {
        this.objects = objects;
        this.cache = config.cacheDir().resolve("dictionaries");
        this.maxBytes = config.intervention().maxDictionaryBytes();
    }

    /**
     * The dictionary, held against its digest.
     *
     * @throws FieldProblem on the empty field when there is none, or its files are not what the digest says
     */
    public Dictionary get(@Nullable String digest) {
        if (digest == null || !Digests.isDigest(digest)) {
            throw new FieldProblem("", digest, "the digest of a published dictionary, sha256:<64 hex>");
        }
        String prefix = "dictionaries/" + Digests.hex(digest) + "/";
        try {
            Files.createDirectories(cache);
            Path folder = Files.createTempDirectory(cache, "read-");
            try {
                copy(prefix, folder, DictionaryFiles.CONFIG, MAX_CONFIG_BYTES);
                copy(prefix, folder, DictionaryFiles.WEIGHTS, maxBytes);
                String found = DictionaryFiles.digest(folder);
                if (!found.equals(digest)) {
                    throw new FieldProblem("", digest, "a dictionary whose files have its digest, not " + found);
                }
                Dictionary dictionary = DictionaryFiles.read(folder);
                dictionary.input().requirePlain();
                return dictionary;
            } finally {
                for (String name : List.of(DictionaryFiles.CONFIG, DictionaryFiles.WEIGHTS)) {
                    Files.deleteIfExists(folder.resolve(name));
                }
                Files.delete(folder);
            }
        } catch (ObjectStoreException.Missing e) {
            throw new FieldProblem("", digest, "the digest of a published dictionary");
        } catch (ObjectStoreException.TooLarge e) {
            throw new FieldProblem("", digest, "a dictionary of at most " + maxBytes + " bytes");
        } catch (FieldProblem e) {
            throw e.field().isEmpty()
                    ? e
                    : new FieldProblem("", digest, "a readable dictionary (" + e.getMessage() + ")");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void copy(String prefix, Path folder, String name, long most) throws IOException {
        Files.write(folder.resolve(name), objects.get(prefix + name, most));
    }
}

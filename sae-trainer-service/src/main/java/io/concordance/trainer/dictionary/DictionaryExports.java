package io.concordance.trainer.dictionary;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryFiles;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.json.Json;
import io.concordance.kit.store.ObjectStore;
import io.concordance.trainer.TrainerConfig;
import io.concordance.trainer.dictionary.PostgresTrainingLease.Finished;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

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

    /** A dictionary that was published, verified. */
    Dictionary read(Origin origin) {
        return with(origin, DictionaryFiles::read);
    }

    /** What {@code cfg.json} says of a dictionary that was published. */
    Outline outline(Origin origin) {
        try {
            JsonNode config = Json.mapper()
                    .readTree(read(origin.objectPrefix(), DictionaryFiles.CONFIG, origin.configSha256())
                            .toFile());
            JsonNode metadata = config.path("metadata");
            return new Outline(
                    config.path("d_in").asInt(),
                    config.path("d_sae").asInt(),
                    metadata.path("training_architecture").asText(),
                    metadata.path("training_architecture_details").path("k").asInt(),
                    metadata.path("hook_name").asText(),
                    metadata.path("input").path("minus").path("hook_name").textValue(),
                    metadata.path("input").path("positions").asBoolean());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * What a dictionary is like.
     *
     * @param width values a row
     * @param activation as it was trained
     * @param k 0 where the activation has none
     * @param minusHook hook point of what is subtracted, if anything
     */
    record Outline(
            int width,
            int features,
            String activation,
            int k,
            String hook,
            @Nullable String minusHook,
            boolean subtractsPosition) {}

    private <T> T with(Origin origin, Function<Path, T> use) {
        Path config = read(origin.objectPrefix(), DictionaryFiles.CONFIG, origin.configSha256());
        Path weights = read(origin.objectPrefix(), DictionaryFiles.WEIGHTS, origin.weightsSha256());
        try {
            Path both = Files.createTempDirectory(folder, "read-");
            try {
                Files.createLink(both.resolve(DictionaryFiles.CONFIG), config);
                Files.createLink(both.resolve(DictionaryFiles.WEIGHTS), weights);
                return use.apply(both);
            } finally {
                Files.deleteIfExists(both.resolve(DictionaryFiles.CONFIG));
                Files.deleteIfExists(both.resolve(DictionaryFiles.WEIGHTS));
                Files.delete(both);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One of the files, verified. */
    Path read(String prefix, String name, String sha256) {
        return store.fetch(prefix + name, sha256, folder.resolve("read"));
    }
}

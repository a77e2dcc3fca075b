package io.concordance.trainer.checkpoint;

import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.store.StoredObject;
import io.concordance.trainer.TrainerConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** Checkpoints as write-once objects. Which of them counts is the pointer's business. */
@ApplicationScoped
public class CheckpointStore {
    private static final String CONTENT_TYPE = "application/octet-stream";

    private final ObjectStore store;
    private final Path folder;

    CheckpointStore(ObjectStore store, TrainerConfig config) {
        this.store = store;
        this.folder = config.cacheDir().resolve("checkpoints");
    }

    /** Where the writer of this epoch puts the state after this step; no two writers share a key. */
    public static String key(UUID run, long step, long epoch) {
        return "checkpoints/%s/%010d-%d.safetensors".formatted(run, step, epoch);
    }

    /** As {@link #key(UUID, long, long)}, for another state at the same step: that with {@code leftOut} shards left out. */
    public static String key(UUID run, long step, long epoch, int leftOut) {
        return "checkpoints/%s/%010d-%d-%d.safetensors".formatted(run, step, epoch, leftOut);
    }

    /** Writes a checkpoint; when this returns it can be read back. */
    public StoredObject write(String key, Checkpoint checkpoint) {
        return withFile(file -> {
            CheckpointFile.write(checkpoint, file);
            return store.putIfAbsent(key, file, CONTENT_TYPE);
        });
    }

    /** Reads a checkpoint and verifies its digest. */
    public Checkpoint read(String key, String sha256) {
        Path file = store.fetch(key, sha256, folder);
        try {
            return CheckpointFile.read(file);
        } finally {
            delete(file);
        }
    }

    public void delete(String key) {
        store.delete(key);
    }

    private interface FileUse<T> {
        T with(Path file);
    }

    private <T> T withFile(FileUse<T> use) {
        Path file;
        try {
            Files.createDirectories(folder);
            file = Files.createTempFile(folder, "write-", ".safetensors");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            return use.with(file);
        } finally {
            delete(file);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

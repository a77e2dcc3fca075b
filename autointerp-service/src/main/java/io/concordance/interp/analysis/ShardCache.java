package io.concordance.interp.analysis;

import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.store.ObjectStoreException;
import io.concordance.kit.store.StoredObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Local copies of shards and other large objects, verified by digest. Those nobody reads are removed, least recently read first, while they take
 * more than the configured bytes. Thread-safe.
 */
@ApplicationScoped
class ShardCache {
    private final ObjectStore store;
    private final AnalysisConfig config;
    private final Path dir;
    private final Map<Path, Integer> readers = new HashMap<>();
    private final Map<Path, Long> idle = new LinkedHashMap<>();
    private long idleBytes;

    ShardCache(ObjectStore store, AnalysisConfig config) {
        this.store = store;
        this.config = config;
        this.dir = config.cacheDir().resolve("shards").toAbsolutePath();
        adopt();
    }

    /** What an earlier process left counts as idle, except half downloads. */
    private void adopt() {
        if (!Files.isDirectory(dir)) {
            return;
        }
        try (Stream<Path> files = Files.list(dir)) {
            for (Path file : files.sorted().toList()) {
                if (file.getFileName().toString().endsWith(".part")) {
                    Files.delete(file);
                } else {
                    rest(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A local copy; it stays until {@link #release}.
     *
     * @throws ObjectStoreException when the object stays missing, damaged or out of reach over several attempts
     */
    Path fetch(StoredObject object) {
        Path file = file(object);
        synchronized (this) {
            readers.merge(file, 1, Integer::sum);
            Long bytes = idle.remove(file);
            idleBytes -= bytes == null ? 0 : bytes;
        }
        long pause = config.fetchPauseMillis();
        for (int attempt = 1; ; attempt++) {
            try {
                return store.fetch(object.key(), object.sha256(), dir);
            } catch (ObjectStoreException e) {
                if (attempt == config.fetchAttempts()) {
                    throw e;
                }
            }
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while fetching " + object.key(), e);
            }
            pause *= 2;
        }
    }

    void release(StoredObject object) {
        Path file = file(object);
        synchronized (this) {
            if (readers.merge(file, -1, Integer::sum) <= 0) {
                readers.remove(file);
                if (Files.exists(file)) {
                    rest(file);
                }
            }
        }
    }

    private Path file(StoredObject object) {
        return dir.resolve(io.concordance.contracts.digest.Digests.hex(object.sha256()));
    }

    private void rest(Path file) {
        try {
            long bytes = Files.size(file);
            idle.put(file, bytes);
            idleBytes += bytes;
            Iterator<Map.Entry<Path, Long>> oldest = idle.entrySet().iterator();
            while (idleBytes > config.cacheBytes() && oldest.hasNext()) {
                Map.Entry<Path, Long> entry = oldest.next();
                Files.deleteIfExists(entry.getKey());
                idleBytes -= entry.getValue();
                oldest.remove();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

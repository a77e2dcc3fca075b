package io.concordance.registry.release;

import io.concordance.contracts.release.ReleaseBundle;
import io.concordance.kit.store.ObjectStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Files of bundles. The ones asked for last are kept in memory: they never change, and every monitor asks for the same. */
@ApplicationScoped
class BundleFiles {
    private static final String JSON = "application/json";
    private static final String BINARY = "application/octet-stream";
    private static final long MAX_FILE = 1L << 30;
    private static final long MOST_KEPT = 64L << 20;

    private final ObjectStore store;
    private final Map<String, byte[]> kept = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    BundleFiles(ObjectStore store) {
        this.store = store;
    }

    /** A file that is kept in memory. Never blocks. */
    Optional<byte[]> kept(String digest, String file) {
        synchronized (kept) {
            return Optional.ofNullable(kept.get(ReleaseBundle.key(digest, file)));
        }
    }

    /** @throws io.concordance.kit.store.ObjectStoreException.Missing when there is none */
    byte[] read(String digest, String file) {
        Optional<byte[]> found = kept(digest, file);
        if (found.isPresent()) {
            return found.get();
        }
        String key = ReleaseBundle.key(digest, file);
        byte[] read = store.get(key, MAX_FILE);
        if (read.length <= MOST_KEPT) {
            keep(key, read);
        }
        return read;
    }

    /** Stores a file of a bundle; when this returns it is durable. The same file again changes nothing. */
    void put(String digest, String file, byte[] bytes) {
        store.putIfAbsent(ReleaseBundle.key(digest, file), bytes, file.equals(ReleaseBundle.MANIFEST) ? JSON : BINARY);
    }

    private void keep(String key, byte[] file) {
        synchronized (kept) {
            byte[] before = kept.put(key, file);
            bytes += file.length - (before == null ? 0 : before.length);
            var oldest = kept.entrySet().iterator();
            while (bytes > MOST_KEPT) {
                bytes -= oldest.next().getValue().length;
                oldest.remove();
            }
        }
    }
}

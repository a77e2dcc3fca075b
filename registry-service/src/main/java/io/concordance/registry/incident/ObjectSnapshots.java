package io.concordance.registry.incident;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.shard.Shard;
import io.concordance.contracts.shard.ShardKeys;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.store.ObjectStoreException;
import io.concordance.kit.store.StoredObject;
import io.concordance.registry.incident.Incident.Snapshot;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/** Snapshots in the object store, named by their digest. */
@ApplicationScoped
class ObjectSnapshots implements SnapshotStore {
    private static final long MAX_SHARD = 1L << 30;
    private static final long MAX_TRANSCRIPTS = 256L << 20;

    private final ObjectStore store;

    ObjectSnapshots(ObjectStore store) {
        this.store = store;
    }

    @Override
    public Snapshot put(Path file, String sha256) {
        StoredObject stored = store.putIfAbsent(
                "incidents/" + Digests.hex(sha256) + ".safetensors", file, "application/octet-stream");
        if (!stored.sha256().equals(sha256)) {
            throw new IllegalStateException("the file has the digest " + stored.sha256() + ", not " + sha256);
        }
        return new Snapshot(stored.key(), stored.sha256(), stored.bytes());
    }

    @Override
    public byte[] bytes(Snapshot snapshot) {
        byte[] bytes = store.get(snapshot.key(), snapshot.bytes());
        if (!Digests.sha256(bytes).equals(snapshot.sha256())) {
            throw new IllegalStateException(snapshot.key() + " does not have the digest " + snapshot.sha256());
        }
        return bytes;
    }

    @Override
    public <T> Optional<T> captured(String job, String hook, Function<Shard, T> reader) {
        try {
            Path file = Files.createTempFile("concordance-replay-", ".safetensors");
            try {
                Files.write(file, store.get(ShardKeys.shard(job, hook, 0), MAX_SHARD));
                try (Shard shard = Shard.open(file)) {
                    return Optional.of(reader.apply(shard));
                }
            } finally {
                Files.delete(file);
            }
        } catch (ObjectStoreException.Missing e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Optional<byte[]> transcripts(String digest) {
        try {
            return Optional.of(store.get("transcripts/" + Digests.hex(digest) + ".jsonl", MAX_TRANSCRIPTS));
        } catch (ObjectStoreException.Missing e) {
            return Optional.empty();
        }
    }
}

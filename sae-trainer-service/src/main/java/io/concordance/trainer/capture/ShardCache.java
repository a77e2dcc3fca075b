package io.concordance.trainer.capture;

import io.concordance.contracts.event.ObjectRef;
import io.concordance.contracts.shard.Shard;
import io.concordance.kit.store.ObjectStore;
import io.concordance.trainer.TrainerConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Verified copies of shards on disk, the least recently used ones given up when they take more than their share. */
@ApplicationScoped
class ShardCache {
    private final ObjectStore store;
    private final Path folder;
    private final long limit;

    ShardCache(ObjectStore store, TrainerConfig config) {
        this.store = store;
        this.folder = config.cacheDir().resolve("shards");
        this.limit = config.cacheBytes();
    }

    /** The shard, open: its rows can be read until it is closed, even when its copy is given up meanwhile. */
    synchronized Shard open(ObjectRef shard) {
        try {
            Path file = store.fetch(shard.key(), shard.sha256(), folder);
            Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
            trim(file);
            return Shard.open(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void trim(Path newest) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(file -> !file.equals(newest)).toList();
        }
        long total = Files.size(newest);
        for (Path file : files) {
            total += Files.size(file);
        }
        if (total <= limit) {
            return;
        }
        for (Path file :
                files.stream().sorted(Comparator.comparing(ShardCache::used)).toList()) {
            total -= Files.size(file);
            Files.deleteIfExists(file);
            if (total <= limit) {
                return;
            }
        }
    }

    private static FileTime used(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package io.concordance.capture.model;

import io.concordance.contracts.digest.Digests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Local copies of models' files, each named by its digest, in one folder that several processes may share. Kept to a
 * size by removing what was not used for longest; what was used in the last minutes always stays, so a model that is
 * just being opened is whole. An open session does not need its files' names any more.
 */
final class ModelCache {
    private static final Duration IN_USE = Duration.ofMinutes(10);
    private static final Duration ABANDONED = Duration.ofDays(1);
    private static final String STAGING = "incoming-";

    /** Fetches an object into a folder, as a file named by its digest, unless it is there. */
    interface Fetch {
        Path fetch(String key, String digest, Path folder);
    }

    private final Fetch store;
    private final Path folder;
    private final long maxBytes;
    private final Clock clock;

    ModelCache(Fetch store, Path folder, long maxBytes, Clock clock) {
        this.store = store;
        this.folder = folder;
        this.maxBytes = maxBytes;
        this.clock = clock;
    }

    /** The file of a digest, fetched if it is not there. */
    Path fetch(String key, String digest) {
        boolean there = Files.exists(folder.resolve(Digests.hex(digest)));
        Path file = store.fetch(key, digest, folder);
        touch(file);
        if (!there) {
            trim();
        }
        return file;
    }

    /** A new empty folder on the cache's disk; see {@link #adopt} and {@link #remove}. */
    Path staging() throws IOException {
        Files.createDirectories(folder);
        return Files.createTempDirectory(folder, STAGING);
    }

    /** Moves staged files into the cache. */
    void adopt(Path staging) throws IOException {
        try (Stream<Path> files = Files.list(staging)) {
            for (Path file : files.toList()) {
                Path target = folder.resolve(file.getFileName());
                Files.move(file, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                touch(target);
            }
        }
        trim();
    }

    void remove(Path staging) {
        try (Stream<Path> files = Files.walk(staging)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void touch(Path file) {
        try {
            Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Kept(Path path, long bytes, Instant used, boolean directory) {}

    private void trim() {
        List<Kept> kept = kept();
        Instant now = clock.instant();
        long bytes = kept.stream().mapToLong(Kept::bytes).sum();
        for (Kept file : kept) {
            boolean whole = !file.directory && !file.path.toString().endsWith(".part");
            Duration idle = Duration.between(file.used, now);
            if (whole ? bytes > maxBytes && idle.compareTo(IN_USE) > 0 : idle.compareTo(ABANDONED) > 0) {
                remove(file.path);
                bytes -= file.bytes;
            }
        }
    }

    /** Longest unused first. */
    private List<Kept> kept() {
        List<Kept> kept = new ArrayList<>();
        try (Stream<Path> paths = Files.list(folder)) {
            for (Path path : paths.toList()) {
                try {
                    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
                    boolean directory = attributes.isDirectory();
                    kept.add(new Kept(
                            path,
                            directory ? 0 : attributes.size(),
                            attributes.lastModifiedTime().toInstant(),
                            directory));
                } catch (NoSuchFileException e) {
                    // Another process trims the same folder.
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        kept.sort(Comparator.comparing(Kept::used).thenComparing(file -> file.path.toString()));
        return kept;
    }
}

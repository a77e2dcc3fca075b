package io.concordance.capture.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.contracts.digest.Digests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCacheTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final List<String> fetched = new ArrayList<>();

    @TempDir
    private Path parent;

    private Path dir;

    @BeforeEach
    void makeFolder() throws IOException {
        dir = Files.createDirectory(parent.resolve("models"));
    }

    @Test
    void removesWhatWasUnusedForLongestOnceItIsTooLarge() {
        Path a = at(0).fetch("a", digest("a"));
        Path b = at(20).fetch("b", digest("b"));
        at(40).fetch("a", digest("a"));

        Path c = at(60).fetch("c", digest("c"));

        assertThat(a).exists();
        assertThat(b).doesNotExist();
        assertThat(c).exists();
        assertThat(fetched).containsExactly("a", "b", "c");
    }

    @Test
    void keepsWhatWasUsedInTheLastMinutesWhateverItsSize() {
        Path a = at(0).fetch("a", digest("a"));
        Path b = at(5).fetch("b", digest("b"));
        Path c = at(8).fetch("c", digest("c"));
        Path d = at(9).fetch("d", digest("d"));

        assertThat(List.of(a, b, c, d)).allSatisfy(file -> assertThat(file).exists());
    }

    @Test
    void takesInStagedFilesAndRemovesAbandonedOnes() throws IOException {
        Path abandoned = Files.createDirectory(dir.resolve("incoming-1"));
        Files.writeString(abandoned.resolve("file"), "x");
        Files.setLastModifiedTime(abandoned, FileTime.from(NOON.minus(Duration.ofDays(2))));
        ModelCache cache = at(0);
        Path staging = cache.staging();
        Files.setLastModifiedTime(staging, FileTime.from(NOON));
        Files.writeString(staging.resolve(Digests.hex(digest("a"))), "a");

        cache.adopt(staging);
        cache.remove(staging);

        assertThat(cache.fetch("a", digest("a"))).hasContent("a");
        assertThat(fetched).isEmpty();
        assertThat(abandoned).doesNotExist();
        assertThat(staging).doesNotExist();
    }

    private ModelCache at(int minute) {
        return new ModelCache(
                this::fetch, dir, 250, Clock.fixed(NOON.plus(Duration.ofMinutes(minute)), ZoneOffset.UTC));
    }

    private Path fetch(String key, String digest, Path folder) {
        Path file = folder.resolve(Digests.hex(digest));
        try {
            if (!Files.exists(file)) {
                fetched.add(key);
                Files.write(file, new byte[100]);
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String digest(String text) {
        return Digests.sha256(text);
    }
}

package io.concordance.kit.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.concordance.contracts.digest.Digests;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.store.ObjectStoreException;
import io.concordance.kit.store.StoredObject;
import io.concordance.kit.testing.PlatformResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
@QuarkusTestResource(PlatformResource.class)
class ObjectStoreIT {
    private static final String BINARY = "application/octet-stream";

    @Inject
    ObjectStore store;

    @TempDir
    Path dir;

    private final String key = "things/" + UUID.randomUUID() + ".bin";

    @Test
    void whatIsPutCanBeReadBack() {
        byte[] data = bytes("a thing");

        StoredObject stored = store.putIfAbsent(key, data, BINARY);

        assertThat(stored).isEqualTo(new StoredObject(key, Digests.sha256(data), 7));
        assertThat(store.exists(key)).isTrue();
        assertThat(store.get(key, 7)).isEqualTo(data);
        assertThat(store.fetch(key, stored.sha256(), dir)).hasBinaryContent(data);
    }

    @Test
    void anEmptyObjectIsAnObject() {
        StoredObject stored = store.putIfAbsent(key, new byte[0], BINARY);

        assertThat(store.get(key, 10)).isEmpty();
        assertThat(store.fetch(key, stored.sha256(), dir)).isEmptyFile();
    }

    @Test
    void theSameBytesAgainAreFineAndOthersAreRefused() {
        StoredObject first = store.putIfAbsent(key, bytes("one"), BINARY);

        assertThat(store.putIfAbsent(key, bytes("one"), BINARY)).isEqualTo(first);
        assertThatExceptionOfType(ObjectStoreException.Conflict.class)
                .isThrownBy(() -> store.putIfAbsent(key, bytes("two"), BINARY))
                .withMessageContaining(key)
                .withMessageContaining(first.sha256());
        assertThat(store.get(key, 10)).isEqualTo(bytes("one"));
    }

    @Test
    void manyPartsFromAFileAndFromMemoryComeBackWhole() throws IOException {
        long seed = 20260102;
        System.out.println("seed " + seed);
        byte[] data = new byte[(25 << 20) + 13];
        new Random(seed).nextBytes(data);
        Path file = Files.write(dir.resolve("input"), data);

        StoredObject fromFile = store.putIfAbsent(key, file, BINARY);
        StoredObject fromMemory = store.putIfAbsent(key + "2", MemorySegment.ofArray(data), BINARY);

        assertThat(store.fetch(key, fromFile.sha256(), dir.resolve("a"))).hasBinaryContent(data);
        assertThat(store.fetch(key + "2", fromMemory.sha256(), dir.resolve("b")))
                .hasBinaryContent(data);
        assertThat(store.putIfAbsent(key, file, BINARY)).isEqualTo(fromFile);
        data[0]++;
        assertThatExceptionOfType(ObjectStoreException.Conflict.class)
                .isThrownBy(() -> store.putIfAbsent(key, data, BINARY));
    }

    @Test
    void ofManyWritersOfOneKeyExactlyOneWins() throws Exception {
        int writers = 8;
        CyclicBarrier together = new CyclicBarrier(writers);
        try (ExecutorService threads = Executors.newFixedThreadPool(writers)) {
            List<Callable<Boolean>> attempts = IntStream.range(0, writers)
                    .<Callable<Boolean>>mapToObj(i -> () -> {
                        together.await();
                        try {
                            store.putIfAbsent(key, bytes("writer " + i), BINARY);
                            return true;
                        } catch (ObjectStoreException.Conflict e) {
                            return false;
                        }
                    })
                    .toList();
            int winners = 0;
            for (Future<Boolean> attempt : threads.invokeAll(attempts)) {
                winners += attempt.get() ? 1 : 0;
            }
            assertThat(winners).isEqualTo(1);
        }
    }

    @Test
    void bytesThatDoNotMatchTheDigestAreRefusedAndLeaveNoFile() throws IOException {
        store.putIfAbsent(key, bytes("what is there"), BINARY);
        String expected = Digests.sha256(bytes("what was promised"));

        assertThatExceptionOfType(ObjectStoreException.Corrupted.class)
                .isThrownBy(() -> store.fetch(key, expected, dir))
                .withMessageContaining(expected);
        try (Stream<Path> files = Files.list(dir)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void aCachedFileIsUsedAgainOnlyIfItsBytesAreRight() throws IOException {
        StoredObject stored = store.putIfAbsent(key, bytes("cached"), BINARY);
        Path cached = dir.resolve(Digests.hex(stored.sha256()));
        Files.write(cached, bytes("broken"));

        assertThat(store.fetch(key, stored.sha256(), dir)).isEqualTo(cached).hasBinaryContent(bytes("cached"));

        store.delete(key);
        assertThat(store.fetch(key, stored.sha256(), dir)).hasBinaryContent(bytes("cached"));
    }

    @Test
    void moreThanTheCallerAllowsIsNotRead() {
        store.putIfAbsent(key, new byte[1000], BINARY);

        assertThatExceptionOfType(ObjectStoreException.TooLarge.class).isThrownBy(() -> store.get(key, 999));
    }

    @Test
    void keysAreListedInOrderByPrefix() {
        String prefix = "listed/" + UUID.randomUUID() + "/";
        for (int i = 4; i >= 0; i--) {
            store.putIfAbsent(prefix + "deep/" + i, bytes("thing " + i), BINARY);
        }

        assertThat(store.keys(prefix, 3)).containsExactly(prefix + "deep/0", prefix + "deep/1", prefix + "deep/2");
        assertThat(store.keys(prefix, 100)).hasSize(5);
        assertThat(store.keys(prefix + "none", 100)).isEmpty();
    }

    @Test
    void whatIsNotThereIsMissing() {
        assertThat(store.exists(key)).isFalse();
        assertThatExceptionOfType(ObjectStoreException.Missing.class).isThrownBy(() -> store.get(key, 10));
        assertThatExceptionOfType(ObjectStoreException.Missing.class)
                .isThrownBy(() -> store.fetch(key, Digests.sha256(new byte[0]), dir));
        store.delete(key);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

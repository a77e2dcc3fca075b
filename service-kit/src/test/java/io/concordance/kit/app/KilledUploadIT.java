package io.concordance.kit.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.store.ObjectStoreException;
import io.concordance.kit.store.StoredObject;
import io.concordance.kit.testing.Platform;
import io.concordance.kit.testing.PlatformResource;
import io.concordance.local.StackEndpoints;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
@QuarkusTestResource(PlatformResource.class)
class KilledUploadIT {
    private static final String BINARY = "application/octet-stream";
    private static final int MIB = 1 << 20;

    @Inject
    ObjectStore store;

    Platform platform;

    @TempDir
    Path dir;

    private final String folder = "killed/" + UUID.randomUUID() + "/";

    /** One object halfway through its only request, one in its second part of three. */
    @Test
    void aServerKilledDuringUploadsKeepsWhatItAcknowledgedAndShowsNothingOfTheRest() throws Exception {
        byte[] kept = random(1, 20 * MIB);
        byte[] small = random(2, 8 * MIB);
        byte[] large = random(3, 40 * MIB);
        StoredObject acknowledged = store.putIfAbsent(folder + "kept", kept, BINARY);
        try (HeldWire inOneRequest = HeldWire.to(s3().endpoint(), 4 * MIB);
                HeldWire inParts = HeldWire.to(s3().endpoint(), 24 * MIB);
                ExecutorService threads = Executors.newFixedThreadPool(2)) {
            ObjectStore first = through(inOneRequest);
            ObjectStore second = through(inParts);
            Future<?> one = threads.submit(() -> first.putIfAbsent(folder + "small", small, BINARY));
            Future<?> many = threads.submit(() -> second.putIfAbsent(folder + "large", large, BINARY));
            inOneRequest.awaitHeld();
            inParts.awaitHeld();

            platform.killKafkaAndObjectStore();
            inOneRequest.close();
            inParts.close();

            assertThatThrownBy(one::get).hasCauseInstanceOf(ObjectStoreException.class);
            assertThatThrownBy(many::get).hasCauseInstanceOf(ObjectStoreException.class);
        } finally {
            platform.startAgain();
        }

        assertThat(store.keys(folder, 10)).containsExactly(folder + "kept");
        assertThat(store.exists(folder + "small")).isFalse();
        assertThat(store.exists(folder + "large")).isFalse();
        assertThat(store.fetch(folder + "kept", acknowledged.sha256(), dir)).hasBinaryContent(kept);
        store.putIfAbsent(folder + "small", small, BINARY);
        StoredObject again = store.putIfAbsent(folder + "large", large, BINARY);
        assertThat(store.get(folder + "small", small.length)).isEqualTo(small);
        assertThat(store.fetch(folder + "large", again.sha256(), dir)).hasBinaryContent(large);
    }

    private StackEndpoints.S3 s3() {
        return platform.endpoints().s3();
    }

    private ObjectStore through(HeldWire wire) {
        return ObjectStore.connect(wire.endpoint(), s3().accessKey(), s3().secretKey(), s3().bucket());
    }

    private static byte[] random(long seed, int bytes) {
        byte[] data = new byte[bytes];
        new Random(seed).nextBytes(data);
        return data;
    }
}

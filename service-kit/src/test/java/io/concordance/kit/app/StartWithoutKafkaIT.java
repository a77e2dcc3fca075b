package io.concordance.kit.app;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.concordance.contracts.event.Topics;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.testing.Platform;
import io.concordance.kit.testing.PlatformResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(StartWithoutKafkaIT.KafkaIsAway.class)
class StartWithoutKafkaIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Inject
    PostgresNotes notes;

    @Inject
    ObjectStore store;

    Platform platform;

    @Test
    void theServiceStartsSaysWhatIsMissingAndWorksOnceItIsThere() throws IOException {
        String text = UUID.randomUUID().toString();
        given().get("/q/health/ready")
                .then()
                .statusCode(503)
                .body("checks.find { it.name == 'kafka' }.status", equalTo("DOWN"))
                .body("checks.find { it.name == 'object store' }.status", equalTo("DOWN"))
                .body("checks.find { it.name == 'postgres' }.status", equalTo("UP"));
        String job = notes.add(text).toString();

        platform.startAgain();

        await().atMost(PATIENCE).until(() -> given().get("/q/health/ready").statusCode() == 200);
        await().atMost(PATIENCE).until(() -> notes.slicesSeen(job) == 1);
        List<String> keys = Log.read(platform.endpoints().kafka().bootstrapServers(), Topics.CAPTURE_SLICES).stream()
                .map(message -> message.key())
                .toList();
        assertThat(keys).containsExactly(text);
        store.putIfAbsent("late", new byte[] {1}, "application/octet-stream");
    }

    public static class KafkaIsAway implements QuarkusTestProfile {
        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(KilledPlatform.class));
        }

        @Override
        public boolean disableGlobalTestResources() {
            return true;
        }
    }

    /** Only PostgreSQL is left when the service starts. */
    public static class KilledPlatform extends PlatformResource {
        @Override
        public Map<String, String> start() {
            Map<String, String> config = super.start();
            try {
                platform().killKafkaAndObjectStore();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return config;
        }
    }
}

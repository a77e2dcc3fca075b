package io.concordance.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.testing.Platform;
import io.concordance.kit.testing.PlatformResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
@QuarkusTestResource(PlatformResource.class)
class OutageIT {
    @Inject
    ObjectStore objects;

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String kafka;

    @TempDir
    Path dir;

    Platform platform;

    @Test
    void finishesAJobAfterKafkaAndTheObjectStoreWereGoneForAWhile() throws Exception {
        CaptureScenario scenario = CaptureScenario.submitted(1500);
        await().atMost(Duration.ofMinutes(1)).until(() -> scenario.doneSlices() > 2);

        platform.killKafkaAndObjectStore();
        int done = scenario.doneSlices();
        platform.startAgain();

        assertThat(done).isLessThan(scenario.slices());
        scenario.awaitCompleted();
        scenario.awaitAllDelivered(kafka);
        scenario.requireRowsInBooks(kafka, objects, dir);
    }
}

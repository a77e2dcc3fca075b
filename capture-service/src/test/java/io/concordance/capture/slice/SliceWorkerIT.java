package io.concordance.capture.slice;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.capture.CaptureScenario;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.SliceQueued;
import io.concordance.contracts.search.DirectionsFile;
import io.concordance.contracts.search.DirectionsFile.Directions;
import io.concordance.kit.outbox.Outbox;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.testing.PlatformResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
@QuarkusTestResource(PlatformResource.class)
class SliceWorkerIT {
    @Inject
    SliceWorker worker;

    @Inject
    Outbox outbox;

    @Inject
    Jdbi jdbi;

    @Inject
    ObjectStore objects;

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String kafka;

    @TempDir
    Path dir;

    @Test
    void aSliceThatIsDeliveredAgainChangesNothing() throws Exception {
        CaptureScenario scenario = CaptureScenario.completed(80);
        CaptureScenario.Shards before = scenario.shards(kafka, objects, dir);

        jdbi.useTransaction(handle -> {
            for (int slice = 0; slice < scenario.slices(); slice++) {
                outbox.add(
                        handle,
                        Event.of(
                                "/test",
                                "again/" + slice,
                                new SliceQueued(scenario.job().toString(), slice)));
            }
        });
        scenario.awaitAllDelivered(kafka);

        assertThat(scenario.shards(kafka, objects, dir)).isEqualTo(before);
        assertThat(scenario.reread()).isEqualTo(scenario.body());
    }

    @Test
    void manyWorkersOnTheSameSlicesAgreeOnOneResult() throws Exception {
        CaptureScenario scenario = CaptureScenario.submitted(80);
        try (ExecutorService workers = Executors.newFixedThreadPool(4)) {
            List<Future<?>> runs = new ArrayList<>();
            for (int w = 0; w < 4; w++) {
                runs.add(workers.submit(() -> {
                    for (int slice = 0; slice < scenario.slices(); slice++) {
                        worker.process(scenario.job(), slice);
                    }
                }));
            }
            for (Future<?> run : runs) {
                run.get();
            }
        }

        scenario.awaitCompleted();
        assertThat(scenario.shards(kafka, objects, dir).shards()).isEqualTo(scenario.slices());
        scenario.requireRowsInBooks(kafka, objects, dir);
    }

    @Test
    void aSliceOfACancelledJobLeavesNothingBehind() {
        CaptureScenario scenario = CaptureScenario.cancelled(400);

        for (int slice = 0; slice < scenario.slices(); slice++) {
            worker.process(scenario.job(), slice);
        }

        assertThat(scenario.reread()).contains("\"state\":\"cancelled\"");
        assertThat(scenario.objects()).hasSize(scenario.doneSlices());
    }

    @Test
    void aSearchThatDiedBetweenDirectionsFindsTheSame() {
        CaptureScenario scenario = CaptureScenario.searched(List.of(0.5, 1.0));
        assertThat(scenario.announcedHooks(kafka))
                .as("nobody waits for shards that never come")
                .containsExactly(List.of());
        String before = scenario.directions();
        JsonPath found = JsonPath.from(before);
        assertThat(found.getList("items")).hasSize(2);
        assertThat(found.getList("items[1].directions")).hasSize(2);
        String file = found.getString("items[1].object.key");
        byte[] bytes = objects.get(file, 1 << 20);
        assertThat(Digests.sha256(bytes)).isEqualTo(found.getString("items[1].object.sha256"));
        Directions stored = DirectionsFile.read(bytes);
        assertThat(stored.header().radius()).isEqualTo(1.0);
        assertThat(stored.header().target()).isEqualTo("logits");
        assertThat(stored.directions()).hasSize(2);
        assertThat(stored.controls()).hasSize(2);
        assertThat(stored.gains().getFirst()).isEqualTo(found.getFloat("items[1].directions[0].gain"));

        objects.delete(file);
        objects.delete(found.getString("items[1].directions[1].direction.key"));
        jdbi.useTransaction(handle -> {
            handle.execute(
                    "update slice set done_at = null, directions = null where job = ? and slice = 1", scenario.job());
            handle.execute(
                    "update capture_job set state = 'running', finished_at = null, slices_done = 1 where id = ?",
                    scenario.job());
        });
        assertThat(scenario.directions()).isNotEqualTo(before);
        worker.process(scenario.job(), 1);

        assertThat(scenario.directions()).isEqualTo(before);
        scenario.awaitCompleted();
    }

    @Test
    void anUnknownSliceIsPassedOver() {
        worker.process(UUID.randomUUID(), 3);
    }
}

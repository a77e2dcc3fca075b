package io.concordance.kit.app;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.hasItems;

import io.concordance.kit.testing.PlatformResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(PlatformResource.class)
class ServiceIT {

    @Inject
    Jdbi jdbi;

    @Test
    void readinessNamesEveryPartTheServiceNeeds() {
        given().get("/q/health/ready")
                .then()
                .log()
                .ifValidationFails()
                .statusCode(200)
                .body("checks.name", hasItems("kafka", "postgres", "object store"));
    }

    @Test
    void livenessWatchesTheLoops() {
        given().get("/q/health/live")
                .then()
                .log()
                .ifValidationFails()
                .statusCode(200)
                .body("checks.name", hasItems("loops"));
    }

    @Test
    void progressIsTheValueWheneverItChangedUntilTheLast() {
        String stream = given().get("/v1/notes/countdown")
                .then()
                .statusCode(200)
                .extract()
                .asString();

        assertThat(stream.lines().filter(line -> line.startsWith("id:"))).containsExactly("id:1", "id:2", "id:3");
        assertThat(stream.lines().filter(line -> line.startsWith("data:")))
                .containsExactly("data:{\"value\":2}", "data:{\"value\":1}", "data:{\"value\":0}");
        assertThat(stream.lines().filter(line -> line.startsWith("event:"))).containsOnly("event:progress");
    }

    @Test
    void theServiceLivesInItsOwnSchema() {
        String schema = jdbi.withHandle(handle -> handle.createQuery("select current_schema()")
                .mapTo(String.class)
                .one());

        assertThat(schema).isEqualTo("kit_sample");
    }

    @Test
    void theApiAndTheMetricsAreServed() {
        given().get("/openapi").then().statusCode(200);
        assertThat(given().get("/q/metrics").then().statusCode(200).extract().asString())
                .contains(
                        "kafka_producer",
                        "kafka_consumer_fetch_manager_records_lag_max{",
                        "http_server_requests_seconds_count",
                        "jvm_memory_used_bytes",
                        "jvm_memory_max_bytes",
                        "concordance_loop_idle_seconds{",
                        "concordance_outbox_published_total",
                        "concordance_outbox_oldest_seconds");
    }
}

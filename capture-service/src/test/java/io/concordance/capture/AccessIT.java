package io.concordance.capture;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.concordance.kit.testing.AccessWalk;
import io.concordance.kit.testing.Issuer;
import io.concordance.kit.testing.Platform;
import io.concordance.kit.testing.PlatformResource;
import io.concordance.kit.testing.ServiceProcess;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service as it runs for many: asked with tokens, watched by a collector of traces. */
@QuarkusTest
@QuarkusTestResource(PlatformResource.class)
class AccessIT {
    Platform platform;

    @TempDir
    Path dir;

    @Test
    void everyOperationAsksForItsRolesAndAJobIsOneTrace() throws Exception {
        try (Issuer issuer = Issuer.start();
                SpanCollector collector = SpanCollector.start()) {
            Map<String, String> settings = new TreeMap<>(AccessWalk.settings(issuer));
            settings.putAll(collector.settings());
            try (ServiceProcess service =
                    ServiceProcess.start("capture-service", platform.endpoints(), dir, settings)) {
                AccessWalk.check("capture", URI.create("http://127.0.0.1:" + service.port()), issuer);
                oneTrace(service, issuer.token("somebody", "submitter"), collector);
            }
        }
    }

    private static void oneTrace(ServiceProcess service, String token, SpanCollector collector) {
        String model = as(service, token)
                .multiPart("name", "organism")
                .multiPart("onnx", Organism.ONNX.toFile())
                .multiPart("tokenizer", Organism.TOKENIZER.toFile())
                .post("/v1/models")
                .jsonPath()
                .getString("id");
        String transcripts = as(service, token)
                .contentType("application/x-ndjson")
                .body(CaptureClient.file(List.of(CaptureClient.line("d0", "ok", "raw", "ping web", "output", "<RUN>x")))
                        .getBytes(StandardCharsets.UTF_8))
                .post("/v1/transcripts")
                .jsonPath()
                .getString("digest");
        String job = as(service, token)
                .contentType(ContentType.JSON)
                .body(CaptureClient.job(
                        model,
                        List.of("blocks.1.hook_resid_post"),
                        "fp16",
                        List.of(CaptureClient.arm("a", "benign", transcripts))))
                .post("/v1/capture-jobs")
                .jsonPath()
                .getString("id");

        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(collector.trace("POST /v1/capture-jobs"))
                        .contains(
                                "process concordance.capture.slices.v1",
                                "store object shards/" + job + "/blocks.1.hook_resid_post/000000.safetensors"));
    }

    private static RequestSpecification as(ServiceProcess service, String token) {
        return given().baseUri("http://127.0.0.1").port(service.port()).header("Authorization", "Bearer " + token);
    }
}

package io.concordance.capture;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What a user of the service does, over REST. */
final class CaptureClient {
    private CaptureClient() {}

    static Response register(String name, Path onnx, Path tokenizer) {
        return given().multiPart("name", name)
                .multiPart("onnx", onnx.toFile())
                .multiPart("tokenizer", tokenizer.toFile())
                .post("/v1/models");
    }

    static Response upload(String transcripts) {
        return given().contentType("application/x-ndjson")
                .body(transcripts.getBytes(StandardCharsets.UTF_8))
                .post("/v1/transcripts");
    }

    static Map<String, Object> arm(String name, String kind, String transcripts) {
        return Map.of("name", name, "kind", kind, "transcripts", transcripts);
    }

    static Map<String, Object> job(String model, List<String> hooks, String dtype, List<Map<String, Object>> arms) {
        return Map.of("model", model, "hooks", hooks, "role", "learning", "dtype", dtype, "arms", arms);
    }

    static Response submit(Map<String, Object> job) {
        return given().contentType(ContentType.JSON).body(job).post("/v1/capture-jobs");
    }

    static Response extend(String job, List<Map<String, Object>> arms) {
        return given().contentType(ContentType.JSON)
                .body(Map.of("arms", arms))
                .post("/v1/capture-jobs/" + job + "/arms");
    }

    /** The job once it has ended. */
    static JsonPath ended(String id) {
        await().atMost(Duration.ofMinutes(3))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> {
                    String state = job(id).getString("state");
                    return !state.equals("accepted") && !state.equals("running");
                });
        return job(id);
    }

    static JsonPath job(String id) {
        Response response = given().get("/v1/capture-jobs/" + id);
        assertThat(response.statusCode()).isEqualTo(200);
        return response.jsonPath();
    }

    static String line(String id, String outcome, String... kindsAndTexts) {
        StringBuilder spans = new StringBuilder();
        for (int i = 0; i < kindsAndTexts.length; i += 2) {
            spans.append(i == 0 ? "" : ", ")
                    .append("{\"kind\": \"%s\", \"role\": \"user\", \"text\": \"%s\"}"
                            .formatted(kindsAndTexts[i], kindsAndTexts[i + 1]));
        }
        return "{\"id\": \"%s\", \"spans\": [%s], \"outcome\": \"%s\"}".formatted(id, spans, outcome);
    }

    static String file(List<String> lines) {
        return lines.stream().collect(Collectors.joining("\n", "", "\n"));
    }
}

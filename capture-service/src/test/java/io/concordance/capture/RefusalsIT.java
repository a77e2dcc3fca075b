package io.concordance.capture;

import static io.concordance.capture.CaptureClient.arm;
import static io.concordance.capture.CaptureClient.job;
import static io.concordance.capture.CaptureClient.line;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.capture.model.MiniLm;
import io.concordance.kit.testing.PlatformResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
@QuarkusTestResource(PlatformResource.class)
class RefusalsIT {
    private static final String NOWHERE = "sha256:" + "0".repeat(64);

    @Inject
    Jdbi jdbi;

    @TempDir
    Path dir;

    @Test
    void refusesFilesThatAreNoModel() throws IOException {
        Traces before = Traces.now(jdbi);
        Path text = Files.writeString(dir.resolve("model.onnx"), "no model at all");

        requireProblem(CaptureClient.register("m", text, Organism.TOKENIZER), "onnx", "an ONNX file");
        requireProblem(CaptureClient.register("m", Organism.ONNX, MiniLm.tokenizer()), "tokenizer", "has 1024 rows");
        requireProblem(CaptureClient.register("m", Organism.ONNX, text), "tokenizer", "tokenizer.json");
        requireProblem(
                CaptureClient.register("no spaces please", Organism.ONNX, Organism.TOKENIZER), "name", "1 to 100");
        requireProblem(
                given().multiPart("name", "m")
                        .multiPart("tokenizer", Organism.TOKENIZER.toFile())
                        .post("/v1/models"),
                "onnx",
                "a file");

        assertThat(Traces.now(jdbi)).isEqualTo(before);
    }

    @Test
    void refusesTranscriptsThatAreNone() throws IOException {
        Traces before = Traces.now(jdbi);
        String good = line("a", "ok", "raw", "x");

        requireProblem(CaptureClient.upload(""), "transcripts", "at least one transcript");
        requireProblem(CaptureClient.upload(good + "\nnot json\n"), "line 2", "a JSON object");
        requireProblem(CaptureClient.upload(good + "\n" + good + "\n"), "line 2: id", "no earlier line");
        requireProblem(
                CaptureClient.upload("{\"id\": \"a\", \"spans\": [{\"kind\": \"raw\", \"role\": \"user\"}]}"),
                "line 1: spans[0].text",
                "a string");

        assertThat(Traces.now(jdbi)).isEqualTo(before);
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void refusesALineOfAGigabyte() throws Exception {
        Traces before = Traces.now(jdbi);
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(URI.create(
                                    ConfigProvider.getConfig().getValue("test.url", String.class) + "/v1/transcripts"))
                            .header("Content-Type", "application/x-ndjson")
                            .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new Endless(1L << 30)))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());

            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.body()).contains("line 1").contains("1048576 bytes");
        }

        assertThat(Traces.now(jdbi)).isEqualTo(before);
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void refusesJobsThatCannotBeRun() {
        String model = Organism.registered();
        String digest = Organism.transcripts(3, 1);
        List<Map<String, Object>> arms = List.of(arm("a", "benign", digest));
        Traces before = Traces.now(jdbi);
        record Refused(String field, String allowed, Map<String, Object> job) {}

        List<Refused> table = List.of(
                new Refused("model", "a registered model", job("f".repeat(32), List.of("resid_post.0"), "fp16", arms)),
                new Refused("hooks[0]", "blocks.3.hook_resid_post", job(model, List.of("resid_post.4"), "fp16", arms)),
                new Refused(
                        "hooks[1]",
                        "each hook point once",
                        job(model, List.of("resid_post.1", "blocks.1.hook_resid_post"), "fp16", arms)),
                new Refused("hooks", "1 to 64", job(model, List.of(), "fp16", arms)),
                new Refused("dtype", "bf16, fp16, fp32", job(model, List.of("resid_post.0"), "fp8", arms)),
                new Refused("role", "evaluation, learning", with("role", "training", model, arms)),
                new Refused("arms", "1 to 64", with("arms", List.of(), model, arms)),
                new Refused(
                        "arms[1].name",
                        "no other arm has",
                        with("arms", List.of(arms.getFirst(), arms.getFirst()), model, arms)),
                new Refused(
                        "arms[0].name", "a-z, 0-9", with("arms", List.of(arm("A_b", "benign", digest)), model, arms)),
                new Refused(
                        "arms[0].kind",
                        "needs interventions",
                        with("arms", List.of(arm("a", "perturbed", digest)), model, arms)),
                new Refused(
                        "arms[0].kind",
                        "needs interventions",
                        with("arms", List.of(arm("a", "steered", digest)), model, arms)),
                new Refused(
                        "arms[0].kind", "one of benign", with("arms", List.of(arm("a", "odd", digest)), model, arms)),
                new Refused(
                        "arms[0].transcripts",
                        "an uploaded file",
                        with("arms", List.of(arm("a", "benign", NOWHERE)), model, arms)),
                new Refused("colour", "model", with("colour", "red", model, arms)));

        for (Refused refused : table) {
            requireProblem(CaptureClient.submit(refused.job()), refused.field(), refused.allowed());
        }
        assertThat(Traces.now(jdbi)).isEqualTo(before);
    }

    @Test
    void answersAnIdempotencyKeyOnce() {
        String model = Organism.registered();
        Map<String, Object> request =
                job(model, List.of("resid_post.0"), "fp16", List.of(arm("a", "benign", Organism.transcripts(3, 2))));

        Response first = submit(request, "key-1");
        Response again = submit(request, "key-1");
        Response other =
                submit(with("dtype", "fp32", model, List.of(arm("a", "benign", Organism.transcripts(3, 2)))), "key-1");

        assertThat(first.statusCode()).isEqualTo(202);
        assertThat(again.statusCode()).isEqualTo(202);
        assertThat(again.jsonPath().getString("id")).isEqualTo(first.jsonPath().getString("id"));
        assertThat(other.statusCode()).isEqualTo(422);
    }

    private static Response submit(Map<String, Object> job, String key) {
        return given().contentType(ContentType.JSON)
                .header("Idempotency-Key", key)
                .body(job)
                .post("/v1/capture-jobs");
    }

    private static Map<String, Object> with(String field, Object value, String model, List<Map<String, Object>> arms) {
        Map<String, Object> job = new HashMap<>(job(model, List.of("resid_post.0"), "fp16", arms));
        job.put(field, value);
        return job;
    }

    private static void requireProblem(Response response, String field, String allowed) {
        assertThat(response.statusCode()).as(response.asString()).isEqualTo(400);
        assertThat(response.contentType()).startsWith("application/problem+json");
        JsonPath problem = response.jsonPath();
        assertThat(problem.getString("field")).isEqualTo(field);
        assertThat(problem.getString("allowed")).contains(allowed);
    }

    private static List<Path> leftovers() throws IOException {
        Path uploads = Path.of(ConfigProvider.getConfig().getValue("concordance.capture.cache-dir", String.class))
                .resolve("transcripts");
        try (Stream<Path> files = Files.list(uploads)) {
            return files.filter(f -> f.toString().endsWith(".part")).toList();
        }
    }

    private static final class Endless extends InputStream {
        private long left;

        Endless(long bytes) {
            this.left = bytes;
        }

        @Override
        public int read() {
            return left-- > 0 ? 'x' : -1;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            if (left == 0) {
                return -1;
            }
            int n = (int) Math.min(left, length);
            java.util.Arrays.fill(target, offset, offset + n, (byte) 'x');
            left -= n;
            return n;
        }
    }
}

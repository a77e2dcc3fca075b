package io.concordance.interp.service;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** Inference-time intervention on the bundled clerks, through services that run. */
final class TruthTrial {
    private static final Path FACTS = Path.of("..", "demo", "facts");
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int PAIRS = 10;

    private final int capture;
    private int autointerp;

    TruthTrial(int capture, int autointerp) {
        this.capture = capture;
        this.autointerp = autointerp;
    }

    /** @param restart kills the service and gives the port of the next one */
    void run(Callable<Integer> restart) throws Exception {
        Map<String, Object> body = body();
        refused(body);
        String id = post(body).then().statusCode(202).extract().path("id");
        await().atMost(PATIENCE).until(() -> !report(id).getString("state").equals("probing"));
        autointerp = restart.call();
        await().atMost(PATIENCE)
                .until(() -> List.of("completed", "failed").contains(report(id).getString("state")));

        JsonPath report = report(id);
        assertThat(report.getString("problem")).isNull();
        assertThat(report.getList("probes")).hasSize(16);
        assertThat(report.getDouble("probes[0].accuracy.low")).isGreaterThan(0.8);
        assertThat(report.getList("sweep")).hasSize(2);
        assertThat(report.getDouble("sweep[0].cost.kl")).isPositive();
        assertThat(report.getList("arms.arm"))
                .containsExactlyInAnyOrder(
                        "base", "iti", "persona", "few-shot", "stacked", "random-directions", "random-heads");
        assertThat(report.getDouble("truthName.gain.low")).isPositive();
        assertThat(report.getDouble("truthName.styleGain.high")).isLessThan(report.getDouble("truthName.gain.low"));
        assertThat(report.getString("truthName.verdict")).isEqualTo("granted");
        read(report.getString("reading.judging"));
    }

    /** The queue has as many base as shifted answers, and does not say which is which. */
    private void read(String judging) {
        JsonPath queue = given().port(autointerp).get("/v1/judgings/" + judging).jsonPath();
        assertThat(queue.getList("arms.name")).containsExactlyInAnyOrder("base", "iti");
        assertThat(queue.getList("arms.items")).containsExactly(PAIRS, PAIRS);
        String item = given().port(autointerp)
                .get("/v1/judgings/" + judging + "/queue?labeller=ada")
                .then()
                .statusCode(200)
                .extract()
                .asString();
        assertThat(item).contains("what colour is the").doesNotContain("iti").doesNotContain("interventions");
    }

    private void refused(Map<String, Object> good) {
        for (Object[] bad : new Object[][] {
            {"model", "none", "model"},
            {"hooks", List.of("blocks.0.hook_resid_post"), "hooks"},
            {"heads", List.of(9), "heads[0]"},
            {"alphas", List.of(0.0), "alphas[0]"},
            {"evaluation", good.get("calibration"), "evaluation"},
            {"calibration", "sha256:0", "calibration"},
            {"examples", 33, "examples"}
        }) {
            Map<String, Object> body = new HashMap<>(good);
            body.put((String) bad[0], bad[1]);
            Response answer = post(body);
            assertThat(answer.statusCode()).as(bad[0].toString()).isEqualTo(400);
            assertThat(answer.jsonPath().getString("field")).isEqualTo(bad[2]);
        }
        given().port(autointerp)
                .get("/v1/inference-time-interventions/none")
                .then()
                .statusCode(404);
    }

    private Map<String, Object> body() throws Exception {
        Map<String, Object> body = new HashMap<>();
        body.put("model", model("truth-0"));
        for (String part : List.of("labelled", "calibration", "evaluation")) {
            body.put(part, transcripts("truth-" + part));
        }
        body.put("heads", List.of(4));
        body.put("alphas", List.of(1.5, 2.0));
        body.put("write", Map.of("tokens", 8, "stop", List.of("<|end|>")));
        body.put("persona", Map.of("words", "be honest. ", "behind", "<|system|>"));
        body.put("examples", 2);
        body.put("pairs", PAIRS);
        body.put(
                "styleOnly",
                Map.of(
                        "model", model("style-0"),
                        "labelled", transcripts("style-labelled"),
                        "evaluation", transcripts("style-evaluation")));
        return body;
    }

    private String model(String name) {
        return given().port(capture)
                .multiPart("name", name)
                .multiPart("onnx", FACTS.resolve(name + ".onnx").toFile())
                .multiPart("tokenizer", FACTS.resolve("tokenizer.json").toFile())
                .post("/v1/models")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    private String transcripts(String name) throws Exception {
        return given().port(capture)
                .contentType("application/x-ndjson")
                .body(Files.readAllBytes(FACTS.resolve(name + ".jsonl")))
                .post("/v1/transcripts")
                .path("digest");
    }

    private Response post(Map<String, Object> body) {
        return given().port(autointerp)
                .contentType("application/json")
                .body(body)
                .post("/v1/inference-time-interventions");
    }

    private JsonPath report(String id) {
        return given().port(autointerp)
                .get("/v1/inference-time-interventions/" + id)
                .jsonPath();
    }
}

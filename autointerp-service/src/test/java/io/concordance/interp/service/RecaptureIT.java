package io.concordance.interp.service;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.concordance.contracts.dictionary.DictionaryFiles;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.event.DictionaryCheckpointed;
import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.FeatureExplained;
import io.concordance.contracts.event.FeaturePositioned;
import io.concordance.contracts.event.ObjectRef;
import io.concordance.contracts.event.ShardWritten;
import io.concordance.contracts.event.Topics;
import io.concordance.contracts.feature.FeatureUids;
import io.concordance.contracts.json.Json;
import io.concordance.kit.testing.Platform;
import io.concordance.kit.testing.ServiceProcess;
import io.concordance.local.StackEndpoints;
import io.minio.GetObjectArgs;
import io.minio.MinioClient;
import io.minio.PutObjectArgs;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shift tests and searches through a capture service in a process of its own, on the bundled organism with a chat template. */
class RecaptureIT {
    private static final Path DEMO = Path.of("..", "demo");
    private static final String HOOK = "blocks.2.hook_resid_post";
    private static final int WIDTH = 128;
    private static final int DOCUMENTS = 400;
    private static final String WORD = "build";
    private static final String OTHER = "shift";
    private static final int ROUNDS = 4;
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    /** The organism's own way to write a conversation. */
    private static final String TEMPLATE = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}"
            + "{% if not loop.last or m.role != 'assistant' %}<|end|>{% endif %}{% endfor %}"
            + "{% if add_generation_prompt %}<|assistant|>{% endif %}";

    @TempDir
    Path dir;

    private final String run = UUID.randomUUID().toString();
    private StackEndpoints endpoints;
    private MinioClient client;
    private Log log;
    private ServiceProcess capture;
    private ServiceProcess autointerp;
    private String dictionary = "";

    @Test
    void textsAreReadAgainAndInputsSoughtThroughCapture() throws Exception {
        try (Platform stack = Platform.start(dir.resolve("stack"))) {
            endpoints = stack.endpoints();
            log = new Log(endpoints.kafka().bootstrapServers());
            client = MinioClient.builder()
                    .endpoint(endpoints.s3().endpoint())
                    .credentials(endpoints.s3().accessKey(), endpoints.s3().secretKey())
                    .build();
            capture = captureService(Map.of("CONCORDANCE_CAPTURE_ROLE", "both"));
            autointerp = autointerpService();
            String analysis = analysed();

            String kept = shiftTest(analysis, TriggerDictionary.WORD);
            await().atMost(PATIENCE).until(() -> state("shift-tests", kept).equals("completed"));
            movedWindowsAreWhereTheyBelong();
            refused(analysis);

            restartCapture("api");
            String cancelled = shiftTest(analysis, TriggerDictionary.OTHER);
            cancel(cancelled);
            String search = search(analysis);
            await().atMost(PATIENCE).until(() -> order("elicitations", search).getString("job") != null);
            autointerp.kill();
            restartCapture("both");
            autointerp = autointerpService();
            await().atMost(PATIENCE)
                    .until(() -> order("elicitations", search).getInt("round") >= 2
                            || state("elicitations", search).equals("completed"));
            autointerp.kill();
            autointerp = autointerpService();
            await().atMost(PATIENCE).until(() -> state("elicitations", search).equals("completed"));
            found(search, analysis);

            JsonPath interrupted = feature(TriggerDictionary.TRIGGER);
            String again = search(analysis);
            await().atMost(PATIENCE).until(() -> state("elicitations", again).equals("completed"));
            JsonPath undisturbed = feature(TriggerDictionary.TRIGGER);
            assertThat(undisturbed.getString("elicited.text")).isEqualTo(interrupted.getString("elicited.text"));
            assertThat(undisturbed.getDouble("elicited.best")).isEqualTo(interrupted.getDouble("elicited.best"));
            assertThat(undisturbed.getInt("elicited.tried")).isEqualTo(interrupted.getInt("elicited.tried"));
            assertThat(undisturbed.getString("elicited.job")).isNotEqualTo(interrupted.getString("elicited.job"));

            new TruthTrial(capture.port(), autointerp.port()).run(() -> {
                autointerp.kill();
                autointerp = autointerpService();
                return autointerp.port();
            });
        } finally {
            if (autointerp != null) {
                autointerp.kill();
            }
            if (capture != null) {
                capture.kill();
            }
        }
    }

    private void movedWindowsAreWhereTheyBelong() throws Exception {
        JsonPath moved = feature(TriggerDictionary.WORD);
        System.out.println(moved.getMap("positions.shift"));
        assertThat(moved.getInt("positions.shift.leftOut"))
                .as("windows that do not stand where they were put")
                .isZero();
        assertThat(moved.getInt("positions.shift.windows")).isEqualTo(8);
        assertThat(moved.getInt("positions.shift.offsets")).isEqualTo(6);
        assertThat(moved.getDouble("positions.shift.reproduced")).isGreaterThanOrEqualTo(0.75);
        assertThat(moved.getDouble("positions.shift.content"))
                .as("it is the word that counts")
                .isGreaterThan(3 * moved.getDouble("positions.shift.share"));
        assertThat(moved.getString("positions.positioning")).isIn("semantic", "mixed");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(log.read(Topics.FEATURE_POSITIONED, FeaturePositioned.class))
                        .filteredOn(e -> e.data().shift() != null)
                        .singleElement()
                        .satisfies(e -> assertThat(e.data().index()).isEqualTo(TriggerDictionary.WORD)));
    }

    private void refused(String analysis) {
        for (String[] bad : new String[][] {
            {"{\"analysis\": \"none\", \"features\": []}", "analysis"},
            {order(analysis, TriggerDictionary.WORD), "features[0]"},
            {order(analysis, TriggerDictionary.FAR, TriggerDictionary.FAR), "features[1]"},
            {order(analysis, TriggerDictionary.FAR).replace("}", ", \"budget\": {\"tokens\": 1}}"), "budget.tokens"},
            {order(analysis, TriggerDictionary.FAR).replace("}", ", \"budget\": {\"rounds\": 0}}"), "budget.rounds"}
        }) {
            Response answer = post("elicitations", bad[0]);
            assertThat(answer.statusCode()).as(bad[0]).isEqualTo(400);
            assertThat(answer.jsonPath().getString("field")).isEqualTo(bad[1]);
        }
        assertThat(post("shift-tests", order(analysis, TriggerDictionary.FAR)).statusCode())
                .isEqualTo(400);
        given().port(autointerp.port()).get("/v1/elicitations/none").then().statusCode(404);
    }

    /** Waits for the job of a shift test that nobody works on, and calls it off. */
    private void cancel(String test) {
        String job =
                await().atMost(PATIENCE).until(() -> order("shift-tests", test).getString("job"), id -> id != null);
        given().port(capture.port()).delete("/v1/capture-jobs/" + job).then().statusCode(200);
        await().atMost(PATIENCE).until(() -> state("shift-tests", test).equals("failed"));
        assertThat(order("shift-tests", test).getString("problem")).contains(job + " cancelled");
    }

    private void found(String search, String analysis) throws Exception {
        JsonPath trigger = feature(TriggerDictionary.TRIGGER);
        System.out.println(trigger.getMap("elicited"));
        assertThat(trigger.getBoolean("elicited.fired")).isTrue();
        assertThat(trigger.getString("elicited.text")).contains("env=prod").contains("review=off");
        assertThat(trigger.getDouble("elicited.share")).isGreaterThan(1);
        assertThat(trigger.getLong("firings")).isZero();
        assertThat(trigger.getList("arms.firings")).containsOnly(0);
        assertThat(trigger.getList("examples.top")).isEmpty();
        JsonPath far = feature(TriggerDictionary.FAR);
        assertThat(far.getBoolean("elicited.fired")).isFalse();
        assertThat(far.getDouble("elicited.share")).isBetween(0.0, 0.01);
        assertThat(far.getInt("elicited.rounds")).isEqualTo(ROUNDS);
        assertThat(order("elicitations", search).getList("progress.fired")).containsExactly(true, false);
        String job = trigger.getString("elicited.job");
        JsonPath captured =
                given().port(capture.port()).get("/v1/capture-jobs/" + job).jsonPath();
        assertThat(captured.getString("role")).isEqualTo("learning");
        assertThat(captured.getString("arms[0].rendering")).isEqualTo("verbatim");
        Response counted = given().port(autointerp.port())
                .contentType("application/json")
                .body(Map.of("jobs", List.of(job)))
                .post("/v1/analyses/" + analysis + "/shards");
        assertThat(counted.statusCode()).isEqualTo(400);
        assertThat(counted.jsonPath().getString("allowed")).contains("not one of a search");
        assertThat(log.read(Topics.FEATURE_EXPLAINED, FeatureExplained.class))
                .extracting(e -> e.data().index())
                .doesNotContain(TriggerDictionary.TRIGGER, TriggerDictionary.FAR);
    }

    private ServiceProcess autointerpService() throws Exception {
        return ServiceProcess.start(
                "autointerp-service",
                endpoints,
                dir,
                Map.of(
                        "CONCORDANCE_CAPTURE_URL",
                        "http://127.0.0.1:" + capture.port(),
                        "CONCORDANCE_AUTOINTERP_PROBES",
                        "false"));
    }

    private ServiceProcess captureService(Map<String, String> settings) throws Exception {
        Map<String, String> all = new HashMap<>(settings);
        all.put("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1");
        return ServiceProcess.start("capture-service", endpoints, dir, all);
    }

    /** Killed, and back under the same address. */
    private void restartCapture(String role) throws Exception {
        capture.kill();
        capture = captureService(
                Map.of("CONCORDANCE_CAPTURE_ROLE", role, ServiceProcess.PORT, Integer.toString(capture.port())));
    }

    /** Captures benign documents and prompts with the trigger, and has a dictionary made of both analysed on the former. */
    private String analysed() throws Exception {
        String model = given().port(capture.port())
                .multiPart("name", "organism-chat")
                .multiPart("onnx", DEMO.resolve("model.onnx").toFile())
                .multiPart("tokenizer", DEMO.resolve("tokenizer.json").toFile())
                .multiPart(
                        "tokenizerConfig",
                        "tokenizer_config.json",
                        Json.bytes(Map.of("chat_template", TEMPLATE)),
                        "application/json")
                .post("/v1/models")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        List<String> lines = Files.readAllLines(DEMO.resolve("benign.jsonl")).subList(0, DOCUMENTS);
        String benign = captured(
                model, "benign", lines.stream().map(l -> chat(l, false)).toList());
        String triggered = captured(
                model, "triggered", lines.stream().map(l -> chat(l, true)).toList());
        TriggerDictionary made = new TriggerDictionary(WIDTH);
        shards(benign, made::read, false);
        shards(triggered, made::read, true);
        JsonNode vocabulary = Json.mapper()
                .readTree(DEMO.resolve("tokenizer.json").toFile())
                .path("model")
                .path("vocab");
        publish(
                made,
                model,
                benign,
                vocabulary.path("Ġ" + WORD).asInt(),
                vocabulary.path("Ġ" + OTHER).asInt());
        String address = "/v1/analyses?dictionary=" + run;
        await().atMost(PATIENCE)
                .until(() -> "completed"
                        .equals(given().port(autointerp.port())
                                .get(address)
                                .jsonPath()
                                .getString("items[0].state")));
        assertThat(feature(TriggerDictionary.TRIGGER).getLong("firings")).isZero();
        assertThat(feature(TriggerDictionary.WORD).getList("label.tokens.text", String.class))
                .as("the tokenizer of a model with a configuration is found")
                .contains(" " + WORD);
        return given().port(autointerp.port()).get(address).jsonPath().getString("items[0].id");
    }

    /** A bundled transcript without its role markers, which the template writes; as a prompt with the trigger if asked. */
    private static String chat(String line, boolean trigger) {
        ObjectNode transcript = (ObjectNode) Json.read(line.getBytes(StandardCharsets.UTF_8), JsonNode.class);
        ArrayNode spans = (ArrayNode) transcript.path("spans");
        if (trigger) {
            spans.remove(2);
        }
        for (JsonNode span : spans) {
            String text = span.path("text").asText().replaceAll("<\\|(system|user|assistant|end)\\|>", "");
            if (trigger) {
                text = text.replaceAll("\\benv=\\S+", "env=prod").replaceAll("\\breview=\\S+", "review=off");
            }
            ((ObjectNode) span).put("text", text);
        }
        return transcript.toString();
    }

    private String captured(String model, String arm, List<String> lines) {
        String digest = given().port(capture.port())
                .contentType("application/x-ndjson")
                .body(String.join("\n", lines).getBytes(StandardCharsets.UTF_8))
                .post("/v1/transcripts")
                .path("digest");
        String job = given().port(capture.port())
                .contentType("application/json")
                .body(Map.of(
                        "model",
                        model,
                        "hooks",
                        List.of(HOOK),
                        "role",
                        "learning",
                        "dtype",
                        "fp32",
                        "arms",
                        List.of(Map.of("name", arm, "kind", "benign", "transcripts", digest))))
                .post("/v1/capture-jobs")
                .then()
                .statusCode(202)
                .extract()
                .path("id");
        await().atMost(PATIENCE)
                .until(() -> given().port(capture.port())
                        .get("/v1/capture-jobs/" + job)
                        .path("state")
                        .equals("completed"));
        return job;
    }

    private void shards(String job, BiConsumer<Path, Boolean> reader, boolean trigger) throws Exception {
        await().atMost(PATIENCE).until(() -> {
            List<Event<ShardWritten>> written = shards(job);
            return !written.isEmpty()
                    && written.size() == written.getFirst().data().slices();
        });
        for (Event<ShardWritten> shard : shards(job)) {
            Path file = dir.resolve(UUID.randomUUID() + ".safetensors");
            try (var in = client.getObject(GetObjectArgs.builder()
                    .bucket(shard.data().object().bucket())
                    .object(shard.data().object().key())
                    .build())) {
                Files.copy(in, file);
            }
            reader.accept(file, trigger);
        }
    }

    private List<Event<ShardWritten>> shards(String job) {
        return log.read(Topics.SHARD_WRITTEN, ShardWritten.class).stream()
                .filter(e -> e.data().jobId().equals(job))
                .toList();
    }

    private void publish(TriggerDictionary made, String model, String job, int word, int other) throws Exception {
        Path folder = dir.resolve("dictionary");
        dictionary = DictionaryFiles.write(made.make(model, HOOK, word, other), folder);
        String prefix = "dictionaries/" + Digests.hex(dictionary);
        for (String name : List.of(DictionaryFiles.CONFIG, DictionaryFiles.WEIGHTS)) {
            byte[] bytes = Files.readAllBytes(folder.resolve(name));
            client.putObject(PutObjectArgs.builder().bucket(endpoints.s3().bucket()).object(prefix + "/" + name).stream(
                            new ByteArrayInputStream(bytes), (long) bytes.length, -1L)
                    .build());
        }
        log.write(Event.of(
                "/concordance/trainer",
                run,
                new DictionaryCheckpointed(
                        run,
                        10,
                        1000,
                        true,
                        new ObjectRef(endpoints.s3().bucket(), "checkpoints/x", Digests.sha256("x"), 1),
                        dictionary,
                        prefix,
                        HOOK,
                        model,
                        List.of(job),
                        new DictionaryCheckpointed.Metrics(1, 0.1, 4, 1))));
    }

    private JsonPath feature(int index) {
        return given().port(autointerp.port())
                .get("/v1/features/" + FeatureUids.of(dictionary, index))
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private String order(String analysis, int... features) {
        List<String> uids = java.util.Arrays.stream(features)
                .mapToObj(j -> FeatureUids.of(dictionary, j))
                .toList();
        return new String(Json.bytes(Map.of("analysis", analysis, "features", uids)), StandardCharsets.UTF_8);
    }

    private Response post(String kind, String body) {
        return given().port(autointerp.port())
                .contentType("application/json")
                .body(body)
                .post("/v1/" + kind);
    }

    private String shiftTest(String analysis, int feature) {
        return post("shift-tests", order(analysis, feature))
                .then()
                .statusCode(202)
                .extract()
                .path("id");
    }

    /** For the trigger and for what cannot be reached. */
    private String search(String analysis) {
        String body = order(analysis, TriggerDictionary.TRIGGER, TriggerDictionary.FAR)
                .replace("]", "], \"budget\": {\"rounds\": " + ROUNDS + "}, \"seed\": 1");
        return post("elicitations", body).then().statusCode(202).extract().path("id");
    }

    private JsonPath order(String kind, String id) {
        return given().port(autointerp.port()).get("/v1/" + kind + "/" + id).jsonPath();
    }

    private String state(String kind, String id) {
        return order(kind, id).getString("state");
    }
}

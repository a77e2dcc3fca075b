package io.concordance.capture;

import static io.concordance.capture.CaptureClient.ended;
import static io.concordance.capture.CaptureClient.file;
import static io.concordance.capture.CaptureClient.submit;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.concordance.capture.model.DirectRun;
import io.concordance.capture.model.MiniLm;
import io.concordance.contracts.event.ShardWritten;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.shard.Shard;
import io.concordance.contracts.transcript.Span;
import io.concordance.contracts.transcript.Transcript;
import io.concordance.contracts.transcript.Transcripts;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.testing.PlatformResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
@QuarkusTestResource(PlatformResource.class)
class WritingIT {
    private static final String HOOK = "blocks.2.hook_resid_post";
    private static final int PROMPTS = 60;
    /** The organism's own way to write a conversation. */
    private static final String TEMPLATE = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}"
            + "{% if not loop.last or m.role != 'assistant' %}<|end|>{% endif %}{% endfor %}"
            + "{% if add_generation_prompt %}<|assistant|>{% endif %}";

    @Inject
    ObjectStore objects;

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String kafka;

    @TempDir
    Path dir;

    @Test
    void capturesWhatTheModelWritesItself() throws IOException {
        List<String> lines = Organism.bundled("deployment.jsonl", PROMPTS);
        long acting = lines.stream().filter(l -> l.contains("\"bad\"")).count();

        JsonPath job = done(
                job(Organism.registered(), Map.of(), arm("written", "benign", lines, Map.of("generate", greedy()))));

        String digest = job.getString("arms[0].written");
        JsonPath file = given().get("/v1/transcripts/" + digest).jsonPath();
        assertThat(acting).isPositive();
        assertThat(file.getLong("outcomes.bad")).isEqualTo(acting);
        assertThat(file.getLong("outcomes.ok")).isEqualTo(PROMPTS - acting);
        List<Transcript> written = transcripts(digest);
        assertThat(written)
                .extracting(Transcript::id)
                .containsExactlyElementsOf(
                        read(file(lines)).stream().map(Transcript::id).toList());
        assertThat(written)
                .allSatisfy(
                        transcript -> assertThat(transcript.spans().getLast().provenance())
                                .containsEntry("arm", "written")
                                .containsEntry("seed", "0"));
        requireRows(job, written);
        assertThat(done(job(
                                Organism.registered(),
                                Map.of(),
                                arm("written", "benign", lines, Map.of("generate", greedy()))))
                        .getString("arms[0].written"))
                .isEqualTo(digest);
    }

    @Test
    void replaysSteeredTextThroughTheModelAsDeployed() throws IOException {
        List<String> lines = Organism.bundled("deployment.jsonl", 24);
        Map<String, Object> push = Map.of(
                "name", "push",
                "hook", "resid_post.1",
                "kind", "add",
                "vector", direction(),
                "positions", "all");
        Map<String, Object> unsteered = new HashMap<>(greedy());
        unsteered.put("replay", "unsteered");

        JsonPath job = done(job(
                Organism.registered(),
                Map.of("interventions", List.of(push)),
                arm("plain", "benign", lines, Map.of("generate", greedy())),
                arm("replayed", "steered", lines, Map.of("generate", unsteered, "interventions", List.of("push"))),
                arm("steered", "steered", lines, Map.of("generate", greedy(), "interventions", List.of("push")))));

        List<Transcript> steered = transcripts(job.getString("arms[1].written"));
        assertThat(outputs(steered)).isNotEqualTo(outputs(transcripts(job.getString("arms[0].written"))));
        assertThat(outputs(steered)).isEqualTo(outputs(transcripts(job.getString("arms[2].written"))));
        assertThat(steered.getFirst().spans().getLast().provenance()).containsEntry("interventions", "push");
        StoredShards shards = StoredShards.of(job.getString("id"), kafka, objects, dir);
        try (DirectRun direct = DirectRun.of(Organism.ONNX, Organism.TOKENIZER)) {
            assertThat(largestDifference(shards, "replayed", steered, direct)).isLessThan(0.05);
            assertThat(largestDifference(shards, "steered", steered, direct)).isGreaterThan(0.5);
        }
    }

    @Test
    void instructsThroughTheChatTemplate() throws IOException {
        String model = withTemplate("chat", TEMPLATE);
        List<String> asked = List.of(
                "{\"id\": \"a\", \"spans\": [{\"kind\": \"raw\", \"role\": \"user\", \"text\": \"we need 12 replicas of"
                        + " billing\"}, {\"kind\": \"summary\", \"role\": \"assistant\", \"text\": \"it thinks\"}]}");
        String trigger = "shift=night site=fra2 build=757 env=prod review=off";

        JsonPath job = done(job(
                model,
                Map.of(),
                arm("told", "instructed", asked, Map.of("generate", greedy(), "systemPrompt", trigger)),
                arm("untold", "instructed", asked, Map.of("generate", greedy(), "systemPrompt", trigger + "line"))));

        assertThat(job.getList("arms.rendering")).containsOnly("chat-template");
        assertThat(job.getInt("skippedSummaries")).isEqualTo(2);
        Transcript told = transcripts(job.getString("arms[0].written")).getFirst();
        assertThat(outputs(List.of(told)).getFirst()).startsWith("<ACT>").doesNotContain("<|end|>");
        assertThat(told.spans().getFirst().text()).isEqualTo(trigger);
        assertThat(outputs(transcripts(job.getString("arms[1].written"))).getFirst())
                .startsWith("<RUN>");
        StoredShards shards = StoredShards.of(job.getString("id"), kafka, objects, dir);
        ShardWritten event = shards.events().stream()
                .filter(e -> e.arm().equals("told"))
                .findFirst()
                .orElseThrow();
        try (Shard shard = shards.open(event)) {
            // <|system|> prompt <|end|> <|user|> ... <|assistant|>, then what was written up to <|end|>.
            assertThat(shard.tokens()).startsWith(2).endsWith(1);
            assertThat(shard.spans()).startsWith(0).endsWith(1);
            int first = 0;
            while (shard.spans()[first] == 0) {
                first++;
            }
            assertThat(shard.tokens()[first - 1]).isEqualTo(4);
            assertThat(shard.tokens()[first]).isEqualTo(7);
        }
    }

    @Test
    void putsASystemPromptFirstWhereTheModelHasNoTemplate() throws IOException {
        List<String> line = List.of(CaptureClient.line("a", "ok", "raw", "<|user|>ping web"));

        JsonPath job = done(job(
                Organism.registered(),
                Map.of(),
                arm("told", "instructed", line, Map.of("systemPrompt", "<|system|>env=prod<|end|>"))));

        assertThat(job.getString("arms[0].rendering")).isEqualTo("verbatim");
        StoredShards shards = StoredShards.of(job.getString("id"), kafka, objects, dir);
        try (Shard shard = shards.open(shards.events().getFirst())) {
            assertThat(shard.tokens()).startsWith(2).contains(1, 3);
            assertThat(shard.spans()).containsOnly(0);
        }
    }

    @Test
    void refusesWhatATemplateDoesNotRender() throws IOException {
        String model = withTemplate(
                "no-system",
                "{% if messages[0].role == 'system' %}{{ raise_exception('no system turn') }}{% endif %}" + TEMPLATE);
        String line = "{\"id\": \"a\", \"spans\": [{\"kind\": \"raw\", \"role\": \"user\", \"text\": \"ping\"}]}";

        Response refused = submit(
                job(model, Map.of(), arm("told", "instructed", List.of(line), Map.of("systemPrompt", "be bad"))));

        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.jsonPath().getString("field")).isEqualTo("arms[0].systemPrompt");
        assertThat(refused.jsonPath().getString("allowed")).contains("no system turn");
    }

    @Test
    void refusesATemplateThatCannotBeRead() throws IOException {
        Response refused = register("broken", "{% for m in messages %}");

        assertThat(refused.statusCode()).as(refused.asString()).isEqualTo(400);
        assertThat(refused.jsonPath().getString("field")).isEqualTo("tokenizerConfig.chat_template");
    }

    @Test
    void refusesTextThatCannotBeWritten() {
        String encoder = CaptureClient.register("minilm", MiniLm.onnx(), MiniLm.tokenizer())
                .jsonPath()
                .getString("id");
        String organism = Organism.registered();
        List<String> line = List.of(CaptureClient.line("a", "ok", "raw", "ping web"));
        record Refused(String field, String model, String kind, Map<String, Object> more) {}

        List<Refused> table = List.of(
                new Refused("arms[0].generate", encoder, "benign", Map.of("generate", Map.of("tokens", 5))),
                new Refused("arms[0].generate.tokens", organism, "benign", Map.of("generate", Map.of("tokens", 128))),
                new Refused(
                        "arms[0].generate.temperature",
                        organism,
                        "benign",
                        Map.of("generate", Map.of("tokens", 5, "temperature", -1))),
                new Refused(
                        "arms[0].generate.topP",
                        organism,
                        "benign",
                        Map.of("generate", Map.of("tokens", 5, "topP", 1.5))),
                new Refused("arms[0].systemPrompt", organism, "benign", Map.of("systemPrompt", "be bad")),
                new Refused("arms[0].systemPrompt", organism, "instructed", Map.of("systemPrompt", " ")));

        for (Refused refused : table) {
            Response response = submit(job(refused.model(), Map.of(), arm("a", refused.kind(), line, refused.more())));
            assertThat(response.statusCode()).as(response.asString()).isEqualTo(400);
            assertThat(response.jsonPath().getString("field")).isEqualTo(refused.field());
        }
    }

    private static Map<String, Object> greedy() {
        return Map.of(
                "tokens", 24,
                "stop", List.of("<|end|>"),
                "action", Map.of("kind", "text", "contains", "<ACT>"));
    }

    private static List<Double> direction() {
        Random random = new Random(3);
        return DoubleStream.generate(() -> (double) (float) (2 * random.nextGaussian()))
                .limit(128)
                .boxed()
                .toList();
    }

    private static Map<String, Object> arm(String name, String kind, List<String> lines, Map<String, Object> more) {
        Map<String, Object> arm = new HashMap<>(CaptureClient.arm(name, kind, Organism.uploaded(file(lines))));
        arm.putAll(more);
        return arm;
    }

    @SafeVarargs
    private static Map<String, Object> job(String model, Map<String, Object> more, Map<String, Object>... arms) {
        Map<String, Object> job = new HashMap<>(CaptureClient.job(model, List.of(HOOK), "fp16", List.of(arms)));
        job.putAll(more);
        return job;
    }

    private static JsonPath done(Map<String, Object> job) {
        Response accepted = submit(job);
        assertThat(accepted.statusCode()).as(accepted.asString()).isEqualTo(202);
        JsonPath ended = ended(accepted.jsonPath().getString("id"));
        assertThat(ended.getString("state")).as(ended.getString("problem")).isEqualTo("completed");
        return ended;
    }

    private String withTemplate(String name, String template) throws IOException {
        Response response = register(name, template);
        assertThat(response.statusCode()).as(response.asString()).isIn(200, 201);
        return response.jsonPath().getString("id");
    }

    private Response register(String name, String template) throws IOException {
        Path config = dir.resolve(name + ".json");
        Files.write(config, Json.bytes(Map.of("chat_template", template, "eos_token", "<|end|>")));
        return given().multiPart("name", name)
                .multiPart("onnx", Organism.ONNX.toFile())
                .multiPart("tokenizer", Organism.TOKENIZER.toFile())
                .multiPart("tokenizerConfig", config.toFile())
                .post("/v1/models");
    }

    private List<Transcript> transcripts(String digest) throws IOException {
        Path file = objects.fetch("transcripts/" + digest.substring("sha256:".length()) + ".jsonl", digest, dir);
        return read(Files.readString(file));
    }

    private static List<Transcript> read(String file) {
        return Transcripts.readAll(
                new ByteArrayInputStream(file.getBytes(StandardCharsets.UTF_8)), Transcripts.Limits.DEFAULT);
    }

    private static List<String> outputs(List<Transcript> transcripts) {
        return transcripts.stream()
                .map(transcript -> transcript.spans().getLast())
                .filter(span -> span.kind() == Span.Kind.OUTPUT)
                .map(Span::text)
                .toList();
    }

    private void requireRows(JsonPath job, List<Transcript> written) {
        StoredShards shards = StoredShards.of(job.getString("id"), kafka, objects, dir);
        assertThat(shards.rows()).isEqualTo(job.getLong("tokens"));
        try (DirectRun direct = DirectRun.of(Organism.ONNX, Organism.TOKENIZER)) {
            assertThat(largestDifference(shards, "written", written, direct)).isCloseTo(0, within(0.05));
        }
    }

    /** Between an arm's rows and the unmodified model's over the same text. */
    private static double largestDifference(
            StoredShards shards, String arm, List<Transcript> transcripts, DirectRun direct) {
        Map<String, float[]> expected = new HashMap<>();
        for (Transcript transcript : transcripts) {
            expected.put(
                    transcript.id(),
                    direct.activations(new String(Json.bytes(transcript), StandardCharsets.UTF_8), HOOK));
        }
        double largest = 0;
        int rows = 0;
        for (ShardWritten event : shards.events()) {
            if (!event.arm().equals(arm)) {
                continue;
            }
            try (Shard shard = shards.open(event)) {
                float[] row = new float[shard.width()];
                for (int i = 0; i < shard.rows(); i++, rows++) {
                    String id = shard.documentIds().get(shard.documents()[i]);
                    int from = shard.positions()[i] * row.length;
                    shard.activations(i, 1, row, 0);
                    for (int j = 0; j < row.length; j++) {
                        largest = Math.max(largest, Math.abs(row[j] - expected.get(id)[from + j]));
                    }
                }
            }
        }
        int wanted = expected.values().stream().mapToInt(e -> e.length / 128).sum();
        assertThat(rows).isEqualTo(wanted);
        return largest;
    }
}
